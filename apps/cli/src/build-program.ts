import { OptionError } from "@flashdeconv/core";
import { Command } from "commander";
import packageJson from "../package.json";
import { addConvertCommand } from "./commands/convert.js";
import { addDemoCommand } from "./commands/demo.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addExportCommand } from "./commands/export.js";
import { addInspectCommand } from "./commands/inspect.js";
import { addRunCommand } from "./commands/run.js";
import { addSignatureCommand } from "./commands/signature.js";
import { addSimulateCommand } from "./commands/simulate.js";
import { addSolveCommand } from "./commands/solve.js";
import type { Environment } from "./environment.js";
import { printLines } from "./terminal/print.js";

const AFTER_HELP = `
Examples:
  flashdeconv demo
  flashdeconv inspect section.zarr --reference cells.zarr
  flashdeconv run section.zarr --reference cells.zarr --out result.zarr

Exit codes: 0 done, 1 a fault of flashdeconv, 2 options or input that cannot be used, 130 interrupted.`;

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
  addSolveCommand(program, environment);
  addExportCommand(program, environment);
  addConvertCommand(program, environment);
  addInspectCommand(program, environment);
  addSignatureCommand(program, environment);
  addSimulateCommand(program, environment);
  addEvaluateCommand(program, environment);
  addDemoCommand(program, environment);
  refuseRepeats(program);
  refuseEmpty(program);
  return program;
}

/** Options that gather what they are given. */
const MAY_REPEAT = new Set(["--drop-type"]);

/** Of an option that is given twice one value would be ignored. */
function refuseRepeats(program: Command): void {
  for (const command of program.commands) {
    for (const option of command.options) {
      if (MAY_REPEAT.has(option.long ?? "")) continue;
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

/** An empty text names nothing; in a script it is a variable that was not set. As a path it would be the current folder. */
function refuseEmpty(program: Command): void {
  for (const command of program.commands) {
    for (const option of command.options) {
      command.on(`option:${option.name()}`, (value: string | null) => {
        if (value !== "") return;
        const rule = "something: an empty text names nothing";
        throw new OptionError({ option: option.long ?? option.flags, value, rule });
      });
    }
    command.hook("preAction", () => {
      const empty = command.args.indexOf("");
      if (empty < 0) return;
      const name = command.registeredArguments[empty].name();
      command.error(`the argument <${name}> is empty: it has to name a store, a table or a folder`);
    });
  }
}

/** Help holds nothing but our own words. */
function linesOf(help: string): string[] {
  return help.replace(/\n$/, "").split("\n");
}
