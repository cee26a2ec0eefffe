import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { addCellsFlag } from "../options/cells-flag.js";
import { INPUT_KINDS } from "../options/input-kinds.js";
import { addInputOptions } from "../options/input-options.js";
import { parseChoice } from "../options/parse-choice.js";
import { parseJsonObject } from "../options/parse-json-object.js";
import { parseNumber } from "../options/parse-number.js";
import { requireGiven } from "../options/require-given.js";
import { addResourceOptions } from "../options/resource-options.js";
import { addRunDirOptions } from "../options/run-dir-options.js";
import type { RunFlags } from "../options/run-flags.js";
import { addOwnOptions, addSchemaOptions } from "../options/schema-options.js";
import { addStoreOptions } from "../options/store-options.js";
import { addTypeOptions, type TypeFlags } from "../options/type-options.js";
import { OUTPUT_FORMATS } from "../tables/table-formats.js";
import { FAIL_ON, type FailOn } from "../terminal/reference-score.js";
import type { Terminal } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { runSections } from "./run-sections.js";

const EXAMPLES = `
Examples:
  flashdeconv run section.zarr --reference cells.zarr --out result.zarr
  flashdeconv run section.zarr --reference cells.zarr --cell-type-key annotation --in-place
  flashdeconv run section.zarr --reference cells.zarr --out result.csv
  flashdeconv run a.zarr b.zarr --reference cells.zarr --out-dir results
  flashdeconv run sdata.zarr --table square_008um --reference cells.zarr --in-place
  flashdeconv run section.zarr --reference means.csv --smoothing none --out result.zarr --json
  flashdeconv run s3://lab/section.zarr --reference cells.zarr --cache /scratch/cache --out s3://lab/result.zarr`;

export function addRunCommand(program: Command, environment: Environment): void {
  const command = program
    .command("run")
    .description("Deconvolves a section, or several, and writes proportions of cell types.")
    .argument(
      "<spatial...>",
      `section, raw counts and coordinates, at a path or URL: ${INPUT_KINDS}; of several, each gets a result of its own`,
    );
  addRunOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((spatial: string[], flags: Partial<Omit<RunFlags, keyof TypeFlags>> & TypeFlags) => {
      const rule = "a store of single cells, or a table of mean counts";
      const reference = requireGiven("--reference", flags.reference, rule);
      const run = (terminal: Terminal) => runSections(spatial, { ...flags, reference }, terminal);
      return useTerminal(environment, flags, run);
    });
}

/** Adds all that says what a run makes of what, and with what. */
export function addRunOptions(command: Command): Command {
  command.option(
    "--reference <path>",
    "single cells in any of these formats, or a table of mean counts (.csv, .tsv; a row per type, or per gene)",
  );
  addInputOptions(command)
    .optionsGroup("Output:")
    .option("--out <path>", `write a new store or result file: .${OUTPUT_FORMATS.join(", .")}`)
    .option(
      "--format <name>",
      `${OUTPUT_FORMATS.join(", ")} (default: as the suffix of --out, else zarr)`,
      parseChoice("--format", OUTPUT_FORMATS),
    )
    .option(
      "--out-dir <folder>",
      "write a new store, or a result file of --format, for each section, named as the section is",
    )
    .option("--in-place", "add the result to the section's store, or to its table")
    .option("--new-table <name>", "add the result to the section's SpatialData store as a table of its own")
    .option(
      "--overwrite",
      "replace what flashdeconv wrote: what is at --out or --save-stats, the table --new-table",
    )
    .option("--no-report", "leave out the report, which else is written beside --out (<result>.report.html)")
    .option("--save-stats <store>", "also keep what solve needs to solve the section again in another way")
    .option("--key-added <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--obs-columns", "also write each type as a column of obs")
    .option(
      "--zarr-format <2|3>",
      "Zarr version of the new store (default: as the section)",
      parseChoice("--zarr-format", ["2", "3"]),
    );
  addSchemaOptions(command, ["amount"]);
  addCellsFlag(command, "numbers and columns");
  addSchemaOptions(command, ["intervals", "empty", "fewCounts"]).optionsGroup("Types:");
  addTypeOptions(command).optionsGroup("Method:");
  addSchemaOptions(command, ["method", "maxTypes", "platformCorrection", "overdispersion"]);
  command.optionsGroup("Counts and genes:");
  addSchemaOptions(command, ["genes", "preprocess", "targetSum", "logBase", "highlyVariableCount"]);
  addSchemaOptions(command, ["markersPerType", "sketchDimension", "seed", "allowNonCounts"]);
  command.optionsGroup("Neighbours and smoothing:");
  addSchemaOptions(command, ["smoothing"]).option(
    "--per-section",
    "choose the strength for each section by itself (default: one for all)",
  );
  addOwnOptions(command, ["shrinkage", "lambda"]);
  addSchemaOptions(command, ["platform", "graph", "neighborCount", "radius"])
    .optionsGroup("Solver:")
    .option(
      "--solver <name|module>",
      "that of the method, nnls, or a module of your own (default: the method's)",
    );
  addOwnOptions(command, ["rho"])
    .option(
      "--solver-timeout <seconds>",
      "time limit for each call of your own solver (default: none)",
      parseNumber("--solver-timeout"),
    )
    .option("--solver-options <json>", "more options for the solver", parseJsonObject("--solver-options"));
  addSchemaOptions(command, ["tolerance", "maxSweeps", "precision"]);
  addResourceOptions(command);
  addRunDirOptions(command);
  return addStoreOptions(command)
    .optionsGroup("Messages:")
    .option(
      "--fail-on <level>",
      "end with exit code 3 where the reference scores red, or amber (default: never)",
      parseChoice("--fail-on", Object.keys(FAIL_ON) as FailOn[]),
    )
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes");
}
