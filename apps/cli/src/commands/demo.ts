import { readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import { shellWord } from "@flashdeconv/results/internal";
import { resolveSimulationOptions, SIMULATION_DEFAULTS } from "@flashdeconv/simulate";
import { asStoreError, makeFolders } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { parseNumber } from "../options/parse-number.js";
import { reportPlace } from "../report/report-file.js";
import { tissuePaths } from "../stores/write-tissue.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { evaluateResult } from "./evaluate.js";
import { runDeconvolution } from "./run-deconvolution.js";
import { simulateInto } from "./simulate.js";

const DEFAULT_FOLDER = "flashdeconv-demo";

/** Lies in a folder that a demo made, which another may write over. */
const MARK = ".flashdeconv-demo";

const EXAMPLES = `
Examples:
  flashdeconv demo
  flashdeconv demo --spots 2000 --dir /tmp/demo`;

interface DemoFlags extends TerminalOptions {
  readonly spots?: number;
  readonly dir?: string;
  readonly seed?: number;
}

export function addDemoCommand(program: Command, environment: Environment): void {
  program
    .command("demo")
    .description(
      "Simulates a section, deconvolves it, compares the result with the truth and shows it in a report.",
    )
    .option(
      "--spots <count>",
      `spots of the section (default: ${SIMULATION_DEFAULTS.spotCount})`,
      parseNumber("--spots"),
    )
    .option(
      "--dir <folder>",
      `where to write; a demo's own folder is written over (default: ${DEFAULT_FOLDER})`,
    )
    .option(
      "--seed <number>",
      `of the simulation (default: ${SIMULATION_DEFAULTS.seed})`,
      parseNumber("--seed"),
    )
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((flags: DemoFlags) =>
      useTerminal(environment, flags, (terminal) => demonstrate(flags, terminal)),
    );
}

async function demonstrate(flags: DemoFlags, terminal: Terminal): Promise<Outcome> {
  const { spots, seed, dir: folder = DEFAULT_FOLDER } = flags;
  resolveSimulationOptions({ spotCount: spots, seed });
  await claimFolder(folder);
  const { spatial, reference } = tissuePaths(folder);
  const result = join(folder, "result.zarr");
  const overwrite = true;
  const simulation = await simulateInto(folder, { spots, seed, overwrite }, terminal);
  const run = await runDeconvolution(spatial, { reference, out: result, overwrite }, terminal);
  const evaluation = await evaluateResult(result, { truth: spatial }, terminal);
  const rerun = `${programName()} run ${[spatial, "--reference", reference, "--out", join(folder, "mine.zarr")].map(shellWord).join(" ")}`;
  return {
    lines: [
      ...simulation.lines,
      "",
      ...run.lines,
      "",
      `Compared with the truth (${spatial}, obsm/truth):`,
      ...evaluation.lines,
      "",
      `Everything lies in ${folder}. Try a run of your own:`,
      `  ${rerun}`,
      "",
      `See the result in a browser: ${reportPlace(result)}`,
    ],
    json: {
      folder,
      key: RESULT_DEFAULTS.key,
      simulation: simulation.json,
      run: run.json,
      evaluation: evaluation.json,
    },
  };
}

/** How this program was called, so that a line can be pasted where the user is: by its name where it is installed, else by its file. */
function programName(): string {
  const script = process.argv[1] ?? "";
  return /flashdeconv\.js$/.test(script) && !script.includes("node_modules")
    ? `node ${shellWord(relative(process.cwd(), script) || script)}`
    : "flashdeconv";
}

/** Makes the folder, or takes one that is empty or an earlier demo's. Throws StoreError for any other. */
async function claimFolder(folder: string): Promise<void> {
  const isOurs = await asStoreError(folder, async () => {
    await makeFolders(folder);
    const names = await readdir(folder);
    if (names.length > 0) return names.includes(MARK);
    await writeFile(join(folder, MARK), "Made by flashdeconv demo, which may write over this folder.\n");
    return true;
  });
  if (isOurs) return;
  throw new StoreError({
    path: folder,
    found: "a folder with other files in it",
    expected: "a new or empty folder, or one that an earlier demo made",
    remedy: "Choose another with --dir.",
  });
}
