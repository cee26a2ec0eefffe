import { isFlashdeconvError } from "@flashdeconv/core";
import { inspectStore, readColumn } from "@flashdeconv/io-zarr";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import { describeDifferences, readSummaryParameters } from "@flashdeconv/pipeline/internal";
import type { OpenStore } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { localPath } from "@flashdeconv/stores/node/internal";
import type { SectionFlags } from "../options/input-options.js";
import { runFacts } from "../options/run-facts.js";
import type { RunFlags } from "../options/run-flags.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import { parametersOfTable } from "../tables/is-own-table.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData } from "../tables/table-formats.js";
import { factsAbout, sectionFingerprint, storeFacts } from "./input-facts.js";
import { referenceContent } from "./with-reference.js";
import { fileFacts, withStore } from "./with-store.js";

/** What of a run's facts says where its results go and who makes them, not what they are made of. */
const NOT_OF_RESULT: ReadonlySet<string> = new Set([
  "flashdeconv",
  "node",
  "--out",
  "--format",
  "--in-place",
  "--new-table",
  "--save-stats",
]);

/** What a result was made of, inputs and options, a line each: it is kept with the result, so that `--resume` knows it. */
export function fingerprintOf(facts: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(facts)
    .filter(([name]) => !NOT_OF_RESULT.has(name))
    .map(([name, value]) => `${name} = ${value}`)
    .sort();
}

/** Statistics have theirs under another name: `solve` hands their parameters on, and what it writes is not that run's result. */
export const STATISTICS_FINGERPRINT = "run_fingerprint";

export interface FingerprintRequest {
  readonly path: string;
  readonly flags: RunFlags;
  readonly options: DeconvolveOptions;
  readonly key: string;
  readonly signal: AbortSignal;
  /** What the result depends on beside its own inputs and options: the sections that one strength is chosen on. */
  readonly more?: Readonly<Record<string, string>>;
}

/** All that the result of a run depends on, found without opening more than is needed for that. */
export async function factsOf(request: FingerprintRequest): Promise<Readonly<Record<string, string>>> {
  const { path, flags, options, signal, more } = request;
  const section = await sectionContent(request);
  return {
    ...runFacts(path, flags, options),
    ...section,
    ...(await referenceContent(flags, signal)),
    ...more,
  };
}

interface ContentRequest extends Pick<FingerprintRequest, "path" | "signal"> {
  readonly flags: StoreFlags & SectionFlags;
  /** Of a result in the store, which is left out. */
  readonly key?: string;
}

/** What tells the present content of a section from any other. */
export async function sectionContent({
  path,
  flags,
  key,
  signal,
}: ContentRequest): Promise<Readonly<Record<string, string>>> {
  const files = await fileFacts(path, storeAccess(flags));
  if (files) return factsAbout(path, files);
  return withStore(path, storeAccess(flags), async (store) => {
    const { table } = await inspectStore(store, { table: flags.table, signal });
    return storeFacts(store, path, { ...sectionFingerprint(table?.path, key), signal });
  });
}

/** How what something that is there was made of differs from what it would be made of now, a line for each input or option. */
export interface Difference {
  readonly place: string;
  readonly lines: readonly string[];
}

type Facts = () => Promise<Readonly<Record<string, string>>>;

/** Compares a result that lies in a group of a store; undefined where none is there that tells. */
export async function differenceOfResult(
  { location, group }: { readonly location: string; readonly group: string },
  { flags, key, signal }: FingerprintRequest,
  facts: Facts,
): Promise<Difference | "same" | undefined> {
  const format = outputFormat(flags.out, flags.format);
  if (!isAnnData(format)) {
    const lines = (await parametersOfTable(localPath(location), format))?.fingerprint;
    const isText = Array.isArray(lines) && lines.every((line) => typeof line === "string");
    return isText ? compareFingerprints(location, lines, fingerprintOf(await facts())) : undefined;
  }
  const path = `${group === "" ? "" : `${group}/`}uns/${key}_params/fingerprint`;
  const found = await ifReadable(location, flags, async (store) => {
    const column = await readColumn(store, path, { signal });
    return column.kind === "string" ? column.values.map((line) => line ?? "") : undefined;
  });
  return found && compareFingerprints(location, found, fingerprintOf(await facts()));
}

/** The same of statistics that were kept. */
export async function differenceOfStatistics(
  location: string,
  { flags, signal }: FingerprintRequest,
  facts: Facts,
): Promise<Difference | "same" | undefined> {
  const found = await ifReadable(location, flags, async (store) => {
    const { [STATISTICS_FINGERPRINT]: lines } = await readSummaryParameters(store, { signal });
    return Array.isArray(lines) ? (lines as readonly string[]) : undefined;
  });
  return found && compareFingerprints(location, found, fingerprintOf(await facts()));
}

/** Compares what something was made of with what it would be made of. */
export function compareFingerprints(
  location: string,
  before: readonly string[],
  now: readonly string[],
): Difference | "same" {
  const lines = describeDifferences(valuesOf(before), valuesOf(now));
  return lines.length === 0 ? "same" : { place: redactUrl(location), lines };
}

/** What follows the name in each line of a fingerprint. */
function valuesOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(" = ");
      return at < 0 ? [line, "there"] : [line.slice(0, at), line.slice(at + 3)];
    }),
  );
}

/** Undefined for what is not there, or is nothing that a run of ours wrote; whoever writes there will say so. */
export async function ifReadable<T>(
  location: string,
  flags: StoreFlags,
  work: (store: OpenStore) => Promise<T>,
): Promise<T | undefined> {
  try {
    // What a cache kept of a place says nothing of what is there now; bins and cells are those of the input.
    const access = { ...storeAccess(flags), cache: undefined, bin: undefined, cells: undefined };
    return await withStore(location, access, work);
  } catch (error) {
    if (!isFlashdeconvError(error)) throw error;
    return undefined;
  }
}
