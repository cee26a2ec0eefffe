import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import { Command } from "commander";
import type { Environment } from "../environment.js";
import { parseNumber } from "../options/parse-number.js";
import { requireGiven } from "../options/require-given.js";
import { flagOf } from "../options/run-facts.js";
import type { RunFlags } from "../options/run-flags.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { addRunOptions } from "./run.js";
import { driveStage } from "./stages/drive-stage.js";
import type { StageFlags } from "./stages/open-stage.js";
import { doPiece } from "./stages/piece-stage.js";
import { planStages } from "./stages/plan-stage.js";
import { STAGE_CHOICES, STAGE_NAMES, STAGES, type StageName } from "./stages/stage-names.js";

const width = Math.max(...STAGE_CHOICES.map((name) => name.length));
const list = STAGE_NAMES.map(
  (name) => `  ${name.padEnd(width)}  ${STAGES[name].does}${STAGES[name].hasPieces ? " (--piece)" : ""}`,
);

const AFTER_HELP = `
Stages, in their order; start and refine of methods that refine; of a store of several sections prepare, section and write:
${list.join("\n")}

All options belong to plan, but for resources, access and messages. A stage that is done ends at once with 0; a killed one is
run again. run --resume --run-dir continues what stages have begun, and the other way round. With a --run-dir in a bucket
give each stage what reaches it: --endpoint-url, --region, --profile, --anonymous.

Examples:
  flashdeconv stage plan section.zarr --reference cells.zarr --out result.zarr --run-dir work --pieces 16
  flashdeconv stage prepare work
  flashdeconv stage survey work --piece 3`;

/** Options of a run that make no sense in stages. */
const NOT_OF_STAGES = ["--out-dir", "--resume", "--restart", "--run-dir", "--solver-timeout"];

/** Options that each process may have of its own: no result depends on them, but on the endpoint, which must be the plan's. */
const OWN = new Set([
  ...["piece", "workers", "maxMemory", "scratch", "useScratch", "kernels", "saveEvery", "json", "quiet"],
  ...[
    "endpointUrl",
    "region",
    "profile",
    "anonymous",
    "signRequest",
    "cache",
    "cacheSize",
    "maxRequests",
    "maxAttempts",
    "stallTimeout",
  ],
]);

type Flags = Partial<StageFlags> & { readonly piece?: number; readonly pieces?: number };

export function addStageCommand(program: Command, environment: Environment): void {
  const command = program
    .command("stage")
    .description("Runs one section in stages, as jobs of a cluster do.")
    .argument("<stage>", STAGE_CHOICES.join(", "))
    .argument("<place>", "of plan, the section; of the others, the folder that --run-dir named")
    .optionsGroup("Stages:")
    .option(
      "--run-dir <folder>",
      "of plan: where the stages keep their work, on a disk that all see or in a bucket",
    )
    .option(
      "--pieces <count>",
      "of plan: pieces of each pass over the section, or of sections (default: 16)",
      parseNumber("--pieces"),
    )
    .option(
      "--piece <number>",
      "of what is done in pieces: which of them, from 1",
      parseNumber("--piece", { isRequired: true }),
    )
    .option("--restart", "of plan: delete what an earlier run has left in the folder");
  for (const option of addRunOptions(new Command()).options) {
    if (NOT_OF_STAGES.includes(option.long ?? "")) continue;
    // It is there to be refused with a reason.
    command.addOption(option.long === "--save-stats" ? option.hideHelp() : option);
  }
  command.addHelpText("after", AFTER_HELP).action((stage: string, place: string, flags: Flags) => {
    const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === "cli");
    return useTerminal(environment, flags, (terminal) => dispatch({ stage, place, flags, given }, terminal));
  });
}

interface Asked {
  readonly stage: string;
  readonly place: string;
  readonly flags: Flags;
  /** Names of the options that were given. */
  readonly given: readonly string[];
}

async function dispatch({ stage, place, flags, given }: Asked, terminal: Terminal): Promise<Outcome> {
  if (stage === "plan") return plan(place, flags, terminal);
  if (!STAGE_NAMES.includes(stage as StageName)) {
    throw new OptionError({ option: "<stage>", value: stage, rule: `one of ${STAGE_CHOICES.join(", ")}` });
  }
  const name = stage as StageName;
  const foreign = given.find((one) => !OWN.has(one));
  if (foreign !== undefined) {
    throw new OptionError({
      option: flagOf(foreign),
      value: flags[foreign as keyof Flags],
      rule: "an option of plan, with which all stages of a run are the same",
      remedy: `Leave it out of stage ${stage}.`,
    });
  }
  const own = Object.fromEntries(given.map((one) => [one, flags[one as keyof Flags]])) as Partial<RunFlags>;
  if (STAGES[name].hasPieces) return doPiece(name, place, { ...own, piece: flags.piece }, terminal);
  if (flags.piece !== undefined) {
    const rule = "an option of survey, summarize, refine and section, which are done in pieces";
    throw new OptionError({ option: "--piece", value: flags.piece, rule, remedy: "Leave it out." });
  }
  return driveStage(name, place, own, terminal);
}

const USUAL_PIECES = 16;

function plan(
  section: string,
  { piece, pieces = USUAL_PIECES, ...flags }: Flags,
  terminal: Terminal,
): Promise<Outcome> {
  if (piece !== undefined) {
    const rule = "an option of survey, summarize, refine and section; plan has --pieces";
    throw new OptionError({ option: "--piece", value: piece, rule, remedy: "Leave it out." });
  }
  if (!Number.isInteger(pieces) || pieces < 1) {
    throw new OptionError({ option: "--pieces", value: pieces, rule: "a whole number of at least 1" });
  }
  if (flags.saveStats !== undefined) {
    const rule = "nothing in stages: statistics stay in parts, and are gone once the result is written";
    const remedy = "Leave it out, or use run.";
    throw new OptionError({ option: "--save-stats", value: redactUrl(flags.saveStats), rule, remedy });
  }
  const rule = "a store of single cells, or a table of mean counts";
  const reference = requireGiven("--reference", flags.reference, rule);
  const runDir = requireGiven(
    "--run-dir",
    flags.runDir,
    "a folder that all stages see, on a disk or in a bucket",
  );
  return planStages({ section, runDir, pieces }, { ...flags, reference }, terminal);
}
