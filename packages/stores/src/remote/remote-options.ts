import { OptionError } from "@flashdeconv/core";
import { MOST_BYTES } from "../bounds.js";

/** How stores behind URLs are read. Plain numbers and strings without a secret: fit for threads, params and messages. */
export interface RemoteOptions {
  /** Most times one request is sent, the first included. Default 8: with the delays below, faults of half a minute are survived. */
  readonly maxAttempts?: number;
  /** Milliseconds of the first delay, at most; it doubles from attempt to attempt. Default 200. */
  readonly firstDelay?: number;
  /** Most milliseconds of a delay that we choose. Default 20,000. */
  readonly maxDelay?: number;
  /** Most milliseconds that a server may ask us to wait (Retry-After); a longer wait ends the run. Default 60,000. */
  readonly maxRetryAfter?: number;
  /** Milliseconds without a byte after which a connection is given up and tried again. Default 30,000. */
  readonly stallTimeout?: number;
  /**
   * Least bytes a second of a body, on average over the stall timeout; a slower connection is given up and tried again. Default 1,024:
   * far below a link on which a run makes sense, and far above a server that holds on to us.
   */
  readonly minBytesPerSecond?: number;
  /** Requests of one store under way at the same time. Default 16: enough to hide 50 ms, few enough for small servers. */
  readonly maxRequests?: number;
  /** Ranges of one object with at most this many bytes between them are fetched in one request. Default 32,768. */
  readonly maxGapBytes?: number;
  /** Most bytes of a request that joins ranges. Default 8 MiB. */
  readonly maxJoinedBytes?: number;
  /**
   * Most bytes, counted decoded, that are fetched of an array before they are asked for, so that work and waiting
   * overlap. Default 16 MiB, with at least one chunk and at most 16.
   */
  readonly readAheadBytes?: number;
  /** Largest object that is read whole where a server ignores ranges. Default 16 MiB. */
  readonly maxWholeBytes?: number;
  /** Most memory that reading may take: for an object or an array held whole all of it, for a chunk a quarter. Default 4 GiB. */
  readonly mostBytes?: number;
  /** Base URL of a service that speaks S3, Google's or Azure's protocol; for S3 the bucket then comes in the path. */
  readonly endpointUrl?: string;
  /** S3 region. Default: that of the environment or profile, else us-east-1. */
  readonly region?: string;
  /** Profile in the AWS files, in place of AWS_PROFILE; keys in the environment are then passed over. */
  readonly profile?: string;
  /** Send requests unsigned even where credentials are at hand. Default false. */
  readonly anonymous?: boolean;
}

type Limits = Required<Omit<RemoteOptions, "endpointUrl" | "region" | "profile" | "anonymous">>;

/** The options with every limit filled in. */
export type ResolvedRemoteOptions = RemoteOptions & Limits;

export const REMOTE_DEFAULTS: Limits = {
  maxAttempts: 8,
  firstDelay: 200,
  maxDelay: 20_000,
  maxRetryAfter: 60_000,
  stallTimeout: 30_000,
  minBytesPerSecond: 1024,
  maxRequests: 16,
  maxGapBytes: 2 ** 15,
  maxJoinedBytes: 2 ** 23,
  readAheadBytes: 2 ** 24,
  maxWholeBytes: 2 ** 24,
  mostBytes: MOST_BYTES,
};

/** Checks every limit. Throws OptionError. */
export function resolveRemoteOptions(options: RemoteOptions = {}): ResolvedRemoteOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedRemoteOptions = { ...REMOTE_DEFAULTS, ...given };
  for (const option of ["maxAttempts", "maxRequests"] as const) checkWhole(option, resolved[option], 1);
  for (const option of Object.keys(REMOTE_DEFAULTS) as (keyof Limits)[]) {
    checkWhole(option, resolved[option], 0);
  }
  // Timers of JavaScript fire at once beyond this.
  for (const option of ["maxDelay", "maxRetryAfter", "stallTimeout"] as const) {
    if (resolved[option] > 2 ** 31 - 1) {
      throw new OptionError({ option, value: resolved[option], rule: "at most 2147483647 milliseconds" });
    }
  }
  return resolved;
}

function checkWhole(option: keyof Limits, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OptionError({ option, value, rule: `a whole number of at least ${least}` });
}
