import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import type { Command } from "commander";
import { parseBytes } from "./parse-bytes.js";
import { parseChoice } from "./parse-choice.js";
import { parseNumber } from "./parse-number.js";
import { addSchemaOptions } from "./schema-options.js";

/** How much of the machine a command may take. */
export interface ResourceFlags {
  readonly workers?: number;
  /** Bytes. */
  readonly maxMemory?: number;
  readonly scratch?: string;
  readonly useScratch?: "auto" | "always" | "never";
  readonly kernels?: DeconvolveOptions["kernels"];
}

/** Adds the options of ResourceFlags. No result depends on any of them. */
export function addResourceOptions(command: Command): Command {
  command
    .optionsGroup("Resources (no result depends on them):")
    .option(
      "--workers <count>",
      "threads (default: one per core for large sections, fewer where memory is short)",
      parseNumber("--workers"),
    )
    .option(
      "--max-memory <size>",
      "memory limit (default: half of what is free, at most 2GiB)",
      parseBytes("--max-memory"),
    )
    .option(
      "--scratch <folder>",
      "where to keep what does not fit in memory, and counts from behind a network (default: beside the result)",
    )
    .option(
      "--use-scratch <when>",
      "auto, always or never (default: auto, where memory is short)",
      parseChoice("--use-scratch", ["auto", "always", "never"]),
    );
  return addSchemaOptions(command, ["kernels"]);
}
