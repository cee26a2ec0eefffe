import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { addCellsFlag } from "../options/cells-flag.js";
import { SOLVER_NAMES } from "../options/load-solver.js";
import { parseChoice } from "../options/parse-choice.js";
import { parseJsonObject } from "../options/parse-json-object.js";
import { parseNumber } from "../options/parse-number.js";
import { requireGiven } from "../options/require-given.js";
import { addResourceOptions } from "../options/resource-options.js";
import { addOwnOptions, addSchemaOptions } from "../options/schema-options.js";
import { addStoreOptions } from "../options/store-options.js";
import { addTypeOptions } from "../options/type-options.js";
import { OUTPUT_FORMATS } from "../tables/table-formats.js";
import { FAIL_ON, type FailOn } from "../terminal/reference-score.js";
import type { Terminal } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { type SolveFlags, solveStatistics } from "./solve-statistics.js";

const EXAMPLES = `
Examples:
  flashdeconv solve stats.zarr --smoothing 50 --out smoother.zarr
  flashdeconv solve stats.zarr --drop-type Doublet --merge-types '{"T": ["CD4 T", "CD8 T"]}' --out other.zarr`;

export function addSolveCommand(program: Command, environment: Environment): void {
  const command = program
    .command("solve")
    .description(
      "Solves a section again from the summary that run --save-stats kept, without reading counts.",
    )
    .argument("<summary>", "store that run --save-stats wrote")
    .option("--out <path>", `write a new store or result file: .${OUTPUT_FORMATS.join(", .")}`)
    .option(
      "--format <name>",
      `${OUTPUT_FORMATS.join(", ")} (default: as the suffix of --out, else zarr)`,
      parseChoice("--format", OUTPUT_FORMATS),
    )
    .option("--overwrite", "replace what is at --out, if flashdeconv wrote it")
    .option("--key-added <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--obs-columns", "also write each type as a column of obs")
    .option(
      "--zarr-format <2|3>",
      "Zarr version of the new store (default: 2)",
      parseChoice("--zarr-format", ["2", "3"]),
    );
  addSchemaOptions(command, ["amount"], { amount: { default: "as the run" } });
  addCellsFlag(command, "numbers");
  addSchemaOptions(command, ["intervals", "empty", "fewCounts"], {
    intervals: { meaning: "those of the run that kept the summary, with its strengths of smoothing" },
  })
    .optionsGroup("Types:")
    .option("--drop-type <name>", "leave a type out; may be given several times", collectNames);
  addTypeOptions(command).optionsGroup("Solver:");
  addSchemaOptions(command, ["smoothing"], {
    smoothing: {
      meaning: "strength of the smoothing, auto for what the run chose",
      default: "as the run, else as --lambda",
    },
  });
  addOwnOptions(command, ["shrinkage", "lambda", "rho"])
    .option(
      "--solver <name|module>",
      `${SOLVER_NAMES.join(", ")}, or a module of your own that takes such statistics (default: that of the run's method)`,
    )
    .option(
      "--solver-timeout <seconds>",
      "time limit for each call of your own solver (default: none)",
      parseNumber("--solver-timeout"),
    )
    .option("--solver-options <json>", "more options for the solver", parseJsonObject("--solver-options"));
  addSchemaOptions(command, ["tolerance", "maxSweeps", "precision"], {
    precision: { meaning: "storage of abundances and proportions", default: "as the run" },
  });
  addResourceOptions(command);
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option(
      "--fail-on <level>",
      "end with exit code 3 where the reference scores red, or amber (default: never)",
      parseChoice("--fail-on", Object.keys(FAIL_ON) as FailOn[]),
    )
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((statistics: string, flags: Partial<SolveFlags>) => {
      const out = requireGiven("--out", flags.out, "a new store or result file");
      const solve = (terminal: Terminal) => solveStatistics(statistics, { ...flags, out }, terminal);
      return useTerminal(environment, flags, solve);
    });
}

function collectNames(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}
