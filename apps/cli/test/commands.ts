import type { Command } from "commander";
import { buildProgram } from "../src/build-program.js";
import { processEnvironment } from "../src/process-environment.js";

/** All commands of the program, but for `help`. */
export const COMMANDS: readonly Command[] = buildProgram(processEnvironment()).commands.filter(
  (one) => one.name() !== "help",
);
export const COMMAND_NAMES: readonly string[] = COMMANDS.map((one) => one.name());

export const commandNamed = (name: string): Command =>
  COMMANDS.find((command) => command.name() === name) as Command;
