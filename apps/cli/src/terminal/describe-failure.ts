import { isFlashdeconvError } from "@flashdeconv/core";
import { CommanderError } from "commander";
import type { Environment } from "../environment.js";
import { EXIT_CODES } from "../exit-codes.js";
import { inTermsOfFlags } from "../options/option-flags.js";
import { adviceFor } from "./advice.js";

/** How a run that failed is told: as a paragraph, or as the object that `--json` prints. */
export interface Failure {
  readonly exitCode: number;
  /** The message, and what to show after it to whoever looks for the fault. */
  readonly lines: readonly string[];
  readonly json: {
    readonly tag: string;
    readonly message: string;
    readonly found: string;
    readonly expected: string;
    readonly remedy: string;
  };
}

export function describeFailure(error: unknown, environment: Environment): Failure {
  const advice = adviceFor(error);
  const { json, ...told } = describeItself(error, environment);
  if (advice === undefined) return { json, ...told };
  // It was told on standard error already.
  const [message, remedy] = [json.message, json.remedy].map((text) => `${text} ${advice}`);
  return { ...told, json: { ...json, message, remedy: environment.signal.aborted ? advice : remedy } };
}

function describeItself(error: unknown, { signal, variables }: Environment): Failure {
  if (signal.aborted) {
    const message = "interrupted; no result was written.";
    return failure(EXIT_CODES.interrupted, "Interrupted", message, {
      found: "a signal to stop",
      expected: "time to finish",
      remedy: "Run the command again.",
    });
  }
  if (error instanceof CommanderError) return describeUsage(error);
  if (isFlashdeconvError(error)) {
    const told = inTermsOfFlags(error);
    // A thread that dies is not a fault of the input.
    const exitCode = error.tag === "WorkerError" ? EXIT_CODES.fault : EXIT_CODES.badInput;
    return failure(exitCode, told.tag, told.message, told);
  }
  return describeFault(error, variables);
}

/** Commander has printed the help where no command was given, and has left everything else to us. */
function describeUsage({ code, message }: CommanderError): Failure {
  const isHelp = code === "commander.help";
  const sentence = isHelp ? "no command was given" : message.replace(/^error: /, "").replaceAll("\n", " ");
  const remedy = "See flashdeconv --help, or --help after a command.";
  const found = isHelp ? "no command" : sentence;
  return failure(EXIT_CODES.badInput, "UsageError", `${sentence.replace(/\.$/, "")}. ${remedy}`, {
    found,
    expected: "a command with its arguments and options",
    remedy,
  });
}

function describeFault(error: unknown, variables: Environment["variables"]): Failure {
  const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const remedy = "Please report it with the command you ran; FLASHDECONV_DEBUG=1 shows where it happened.";
  const message = `a fault of flashdeconv itself (${found}). ${remedy}`;
  const told = failure(EXIT_CODES.fault, "InternalError", message, {
    found,
    expected: "no such fault, whatever the input",
    remedy,
  });
  const stack = variables.FLASHDECONV_DEBUG === "1" && error instanceof Error ? stackLines(error) : undefined;
  return stack === undefined ? told : { ...told, lines: [...told.lines, ...stack] };
}

/** The stack without the message that it begins with, which may hold anything. */
function stackLines({ stack = "", message }: Error): string[] {
  const at = stack.indexOf(message);
  return stack
    .slice(at < 0 ? 0 : at + message.length)
    .split("\n")
    .filter((line) => line !== "");
}

function failure(
  exitCode: number,
  tag: string,
  message: string,
  { found, expected, remedy }: { found: string; expected: string; remedy: string },
): Failure {
  return { exitCode, lines: [`error: ${message}`], json: { tag, message, found, expected, remedy } };
}
