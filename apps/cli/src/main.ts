import { CommanderError } from "commander";
import { buildProgram } from "./build-program.js";
import type { Environment } from "./environment.js";
import { EXIT_CODES } from "./exit-codes.js";
import { type ProcessEnvironment, processEnvironment } from "./process-environment.js";
import { describeFailure } from "./terminal/describe-failure.js";
import { printJson, printMessage } from "./terminal/print.js";

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
    return await runCommand(args, ours);
  } finally {
    ours.dispose();
  }
}

async function runCommand(args: readonly string[], environment: Environment): Promise<number> {
  try {
    await buildProgram(environment).parseAsync(args, { from: "user" });
    return EXIT_CODES.done;
  } catch (error) {
    // Help and version: commander has printed what was asked for.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.done;
    const failure = describeFailure(error, environment);
    if (args.includes("--json")) printJson(environment.stdout, { error: failure.json });
    else for (const line of failure.lines) printMessage(environment.stderr, line);
    return failure.exitCode;
  }
}
