import { basename, dirname, join, resolve } from "node:path";
import { OptionError } from "@flashdeconv/core";
import { SAVE_EVERY_SECONDS } from "@flashdeconv/pipeline/run-folder";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import { parseWordOrNumber } from "./parse-number.js";

/** Whether and where a run keeps its finished pieces, to resume from them when it was stopped. */
export interface RunDirFlags {
  readonly runDir?: string;
  readonly resume?: boolean;
  readonly restart?: boolean;
  /** Seconds. */
  readonly saveEvery?: number | "never";
}

/** Adds the options of RunDirFlags. No result depends on any of them. */
export function addRunDirOptions(command: Command): Command {
  return command
    .optionsGroup("Stopped runs (no result depends on them):")
    .option("--resume", "resume a killed run with the same arguments; ends with 0 where it was finished")
    .option("--restart", "delete what a stopped run has left")
    .option(
      "--run-dir <folder>",
      "where finished parts and scratch are kept until the run is over; of a bucket, s3://bucket/name, without scratch (default: hidden, beside the result)",
    )
    .option(
      "--save-every <seconds|never>",
      `work that may be lost when the run is stopped (default: ${SAVE_EVERY_SECONDS})`,
      parseWordOrNumber("--save-every", "never"),
    );
}

/** Throws OptionError for options that cannot be, or not together. Reads nothing. */
export function checkRunDirFlags({ runDir, resume, restart, saveEvery }: RunDirFlags): void {
  if (resume && restart) {
    throw new OptionError({
      option: "--restart",
      value: true,
      rule: "no --restart with --resume: one continues, the other starts over",
      remedy: "Give one of the two.",
    });
  }
  if (typeof saveEvery === "number" && !(saveEvery >= 0)) {
    throw new OptionError({
      option: "--save-every",
      value: saveEvery,
      rule: `a number of seconds, at least 0, or "never"`,
    });
  }
  if (saveEvery === "never" && (resume || restart || runDir !== undefined)) {
    throw new OptionError({
      option: "--save-every",
      value: saveEvery,
      rule: `no "never" with --run-dir, --resume or --restart, which are about what is kept`,
      remedy: "Leave one of them out.",
    });
  }
}

/** The folder of a run that writes to `target`: the one that was named, or a hidden one beside it (here, for what is far away). */
export function runDirFor({ runDir }: RunDirFlags, target: string): string {
  if (runDir !== undefined) return runDir;
  if (isRemote(target)) return join(".", `.${basename(redactUrl(target).replace("?...", ""))}.run`);
  const path = resolve(localPath(target));
  return join(dirname(path), `.${basename(path)}.run`);
}
