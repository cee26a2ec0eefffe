import { commandLineOf } from "@flashdeconv/results/internal";
import { CommanderError } from "commander";
import { buildProgram } from "./build-program.js";
import type { Environment } from "./environment.js";
import { EXIT_CODES } from "./exit-codes.js";
import { pluginIn, runInThread } from "./plugins/run-in-thread.js";
import { type ProcessEnvironment, processEnvironment } from "./process-environment.js";
import { describeFailure } from "./terminal/describe-failure.js";
import { printJson, printMessage } from "./terminal/print.js";
import { Ending } from "./terminal/terminal.js";

/**
 * Runs one command.
 *
 * @param args what follows the program's name on the command line
 * @returns the exit code; nothing is thrown
 */
export async function main(args: readonly string[], environment?: Environment): Promise<number> {
  if (environment) return runCommand(args, environment);
  const ours: ProcessEnvironment = processEnvironment();
  try {
    const plugin = pluginIn(args);
    return await (plugin === undefined ? runCommand(args, ours) : runWithPlugin(args, plugin, ours));
  } finally {
    ours.dispose();
  }
}

async function runCommand(args: readonly string[], environment: Environment): Promise<number> {
  try {
    await buildProgram({ ...environment, commandLine: commandLineOf(args) }).parseAsync(args, {
      from: "user",
    });
    return EXIT_CODES.done;
  } catch (error) {
    // Help and version: commander has printed what was asked for.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.done;
    if (error instanceof Ending) return error.exitCode;
    return tellFailure(error, args, environment);
  }
}

async function runWithPlugin(
  args: readonly string[],
  solver: string,
  environment: Environment,
): Promise<number> {
  try {
    return await runInThread(args, solver, environment);
  } catch (error) {
    return tellFailure(error, args, environment);
  }
}

function tellFailure(error: unknown, args: readonly string[], environment: Environment): number {
  const failure = describeFailure(error, environment);
  if (args.includes("--json")) printJson(environment.stdout, { error: failure.json });
  else for (const line of failure.lines) printMessage(environment.stderr, line);
  return failure.exitCode;
}
