import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Environment } from "../src/environment.js";
import { main } from "../src/main.js";
import { faultFinder, outputName } from "./output-faults.js";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Whether runs leave their report; without it they are told not to, as most tests are about something else. */
  readonly withReport?: boolean;
  readonly signal?: AbortSignal;
  readonly isTTY?: boolean;
  readonly variables?: Environment["variables"];
  /** Called with everything written to standard error so far, and to standard output. */
  readonly onStderr?: (text: string) => void;
  readonly onStdout?: (text: string) => void;
  readonly pageFolder?: string;
}

/** Compiled once for each file of tests. */
const findFaults = faultFinder();

/** Runs the command line in this process. What it prints with `--json` must be as the schema says. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const stdout = capture(options.onStdout);
  const stderr = capture(options.onStderr);
  const code = await main(options.withReport ? args : withoutReport(args), {
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: options.isTTY }),
    variables: options.variables ?? {},
    pageFolder: options.pageFolder,
    signal: options.signal ?? new AbortController().signal,
  });
  const run = { code, stdout: stdout.text(), stderr: stderr.text() };
  if (args.includes("--json")) requireSchema(args, run);
  refuseRepeated(args, run);
  return run;
}

/** A run that would write a report beside what it writes on this machine is told not to. */
function withoutReport(args: readonly string[]): readonly string[] {
  const place = args[args.findIndex((one) => one === "--out" || one === "--out-dir") + 1] ?? "";
  const isWritten = args[0] === "run" && (args.includes("--out") || args.includes("--out-dir"));
  const mayReport = isWritten && place !== "" && !place.includes("://") && !args.includes("--in-place");
  return mayReport && !args.includes("--no-report") ? [...args, "--no-report"] : args;
}

/** No message says twice in a row what it is about, whoever wrapped the error. */
function refuseRepeated(args: readonly string[], { stderr }: CliRun): void {
  const twice = stderr.split("\n").find((line) => /^(error: )?(.+?): (.+: )?\2: /.test(line));
  if (twice !== undefined) throw new Error(`${args.join(" ")} says twice what it is about: ${twice}`);
}

function requireSchema(args: readonly string[], { code, stdout }: CliRun): void {
  const faults = findFaults(outputName(args, code), JSON.parse(stdout));
  if (faults !== "") throw new Error(`${args.join(" ")} printed what the schema does not allow: ${faults}`);
}

function capture(onWrite?: (text: string) => void) {
  let text = "";
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += chunk;
      onWrite?.(text);
      done();
    },
  });
  return { stream, text: () => text };
}

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flashdeconv-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
