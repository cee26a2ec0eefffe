import { OptionError } from "@flashdeconv/core";
import { Command } from "commander";
import packageJson from "../package.json";
import { addCheckCommand } from "./commands/check.js";
import { addConvertCommand } from "./commands/convert.js";
import { addDemoCommand } from "./commands/demo.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addExportCommand } from "./commands/export.js";
import { addExpressionCommand } from "./commands/expression.js";
import { addIndexCommand } from "./commands/index-results.js";
import { addInspectCommand } from "./commands/inspect.js";
import { addReportCommand } from "./commands/report.js";
import { addRunCommand } from "./commands/run.js";
import { addSignatureCommand } from "./commands/signature.js";
import { addSimulateCommand } from "./commands/simulate.js";
import { addSolveCommand } from "./commands/solve.js";
import { addStageCommand } from "./commands/stage.js";
import { addViewCommand } from "./commands/view.js";
import type { Environment } from "./environment.js";
import { printLines } from "./terminal/print.js";

const AFTER_HELP = `
Examples:
  flashdeconv demo
  flashdeconv inspect section.zarr --reference cells.zarr
  flashdeconv run section.zarr --reference cells.zarr --out result.zarr

Exit codes: 0 done, 1 a fault of flashdeconv, 2 options or input that cannot be used,
3 done, but the reference scores as --fail-on says, 130 interrupted.`;

/** The command line as a whole. Its actions throw; nothing ends the process. */
export function buildProgram(environment: Environment): Command {
  const program = new Command("flashdeconv")
    .description("Estimates which cell types each spot of a spatial transcriptomics section holds.")
    .version(packageJson.version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => printLines(environment.stdout, linesOf(text)),
      writeErr: (text) => printLines(environment.stderr, linesOf(text)),
      // Errors are thrown, and reported in one place.
      outputError: () => undefined,
    })
    .addHelpText("after", AFTER_HELP);
  addRunCommand(program, environment);
  addStageCommand(program, environment);
  addSolveCommand(program, environment);
  addExportCommand(program, environment);
  addExpressionCommand(program, environment);
  addReportCommand(program, environment);
  addIndexCommand(program, environment);
  addViewCommand(program, environment);
  addConvertCommand(program, environment);
  addInspectCommand(program, environment);
  addCheckCommand(program, environment);
  addSignatureCommand(program, environment);
  addSimulateCommand(program, environment);
  addEvaluateCommand(program, environment);
  addDemoCommand(program, environment);
  refuseRepeats(program);
  refuseNameless(program);
  return program;
}

/** Options that gather what they are given, with their commands: others of the name do not. */
const MAY_REPEAT = new Set([
  "solve --drop-type",
  "signature --drop-type",
  "expression --types",
  "expression --genes",
]);

/** Of an option that is given twice one value would be ignored. */
function refuseRepeats(program: Command): void {
  for (const command of program.commands) {
    for (const option of command.options) {
      if (MAY_REPEAT.has(`${command.name()} ${option.long}`)) continue;
      let isGiven = false;
      command.on(`option:${option.name()}`, (value: string | null) => {
        if (isGiven) {
          const rule = "one value; it is given more than once";
          throw new OptionError({
            option: option.long ?? option.flags,
            value,
            rule,
            remedy: "Leave all but one out.",
          });
        }
        isGiven = true;
      });
    }
  }
}

/** Placeholders of options whose value is a place. */
const PLACE = /<(path|folder|file|store|url|name\|module)>/;

/**
 * An empty text names nothing; in a script it is a variable that was not set. As a path it would be the current folder. What other programs
 * take for standard input or output would be a file of that name.
 */
function refuseNameless(program: Command): void {
  for (const command of program.commands) {
    for (const { name, long, flags } of command.options.map((one) => ({ ...one, name: one.name() }))) {
      command.on(`option:${name}`, (value: string | null) => {
        if (value !== null) refuseNoName(long ?? flags, value, PLACE.test(flags));
      });
    }
    command.hook("preAction", () => {
      // The last may take several.
      const names = command.registeredArguments.map((one) => one.name());
      for (const [i, value] of command.args.entries()) {
        refuseNoName(`<${names[Math.min(i, names.length - 1)]}>`, value, true);
      }
    });
  }
}

function refuseNoName(option: string, value: string, isPlace: boolean): void {
  if (isPlace && value === "-") {
    const rule = "a path or URL: nothing is read from standard input or written to standard output";
    throw new OptionError({ option, value, rule, remedy: "Give a path; ./- is a file of that name." });
  }
  if (value !== "" && !(isPlace && value.trim() === "")) return;
  const what = isPlace && /^</.test(option) ? "a store, a table or a folder" : "something";
  const remedy = "Give it; in a script, look whether a variable is not set.";
  throw new OptionError({ option, value, rule: `${what}: an empty text names nothing`, remedy });
}

/** Help holds nothing but our own words. */
function linesOf(help: string): string[] {
  return help.replace(/\n$/, "").split("\n");
}
