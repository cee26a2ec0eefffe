import { isRemote } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import { sharedLedger } from "../stores/kept-inputs.js";
import type { InputAccess } from "../stores/with-store.js";
import type { SectionFlags } from "./input-options.js";
import { parseBytes } from "./parse-bytes.js";
import { parseNumber } from "./parse-number.js";
import type { ResourceFlags } from "./resource-options.js";

/** How stores behind URLs are reached. */
export interface StoreFlags {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly anonymous?: boolean;
  /** False where it was given as --no-sign-request. */
  readonly signRequest?: boolean;
  readonly cache?: string;
  /** Bytes. */
  readonly cacheSize?: number;
  readonly maxRequests?: number;
  readonly maxAttempts?: number;
  /** Seconds. */
  readonly stallTimeout?: number;
}

/** Adds the options of StoreFlags. */
export function addStoreOptions(command: Command): Command {
  return command
    .optionsGroup("Stores behind URLs (http, https, s3, gs, az):")
    .option("--endpoint-url <url>", "of a service that speaks S3's, Google's or Azure's protocol")
    .option("--region <name>", "of the bucket (default: as the environment or profile says, else us-east-1)")
    .option("--profile <name>", "section of ~/.aws/credentials and ~/.aws/config to take keys from")
    .option("--anonymous", "send requests unsigned, for public stores")
    .option("--no-sign-request", "the same")
    .option("--cache <folder>", "keep what is fetched there, so that it is fetched once")
    .option("--cache-size <size>", "most it may hold (default: 20GiB)", parseBytes("--cache-size"))
    .option(
      "--max-requests <count>",
      "requests at a time, of each thread and store (default: 16)",
      parseNumber("--max-requests"),
    )
    .option(
      "--max-attempts <count>",
      "times a request is sent before it is given up (default: 8)",
      parseNumber("--max-attempts"),
    )
    .option(
      "--stall-timeout <seconds>",
      "silence, or less than 1 KiB a second for so long, after which a request is sent again (default: 30)",
      parseNumber("--stall-timeout"),
    );
}

/** Memory that reading may take where nobody said how much there is: as much as a run takes at most by itself. */
const USUAL_MEMORY = 2 ** 31;

/** What io-zarr is to be told of the options. */
export function storeAccess(
  flags: StoreFlags & Pick<ResourceFlags, "maxMemory" | "scratch"> & Pick<SectionFlags, "bin" | "cells">,
): InputAccess {
  const { endpointUrl, region, profile, anonymous, signRequest, cache, cacheSize, maxRequests, maxAttempts } =
    flags;
  return {
    endpointUrl,
    region,
    profile,
    anonymous: anonymous || signRequest === false || undefined,
    cache,
    cacheBytes: cacheSize,
    maxRequests,
    maxAttempts,
    mostBytes: flags.maxMemory ?? USUAL_MEMORY,
    stallTimeout: flags.stallTimeout === undefined ? undefined : Math.round(1000 * flags.stallTimeout),
    bin: flags.bin,
    cells: flags.cells,
    scratch: flags.scratch,
  };
}

/** The same for one store that threads will open as well: they count, and know versions, together. */
export function sharedAccess(location: string, access: InputAccess): InputAccess {
  if (!isRemote(location)) return access;
  return { ...access, ledger: sharedLedger(location) };
}
