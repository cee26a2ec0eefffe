import { type Coordinates, FormatError, type NameChunk } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { WriteOptions } from "@flashdeconv/io-zarr";
import { openArrays, stagedBelow, storeBelow, writeArrays } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions, StagedStore } from "@flashdeconv/stores";
import type { SpotSections } from "../../contracts/inputs.js";
import type { Parameters } from "../../contracts/parameters.js";
import type { ResultFrame } from "../../contracts/sink.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { packArrays } from "./pack-arrays.js";
import { MARK, SECTIONS_VERSION } from "./summary-facts.js";
import { writeSummary } from "./write-summary.js";

/** The summary of one section of a store. */
export interface SummaryOfSection {
  readonly summary: SectionSummary;
  readonly section: number;
  readonly sections: SpotSections;
}

/** Facts of a store that holds summaries of several sections. */
interface Facts {
  readonly version: number;
  readonly sections: readonly string[];
  readonly spotCount: number;
  readonly dimension: 0 | 2 | 3;
  /** What says whether the store is what is asked for. */
  readonly parameters: Parameters;
}

/**
 * Keeps the summaries of the sections of a store, one after the other, each as a store of its own below it. With the last come names and
 * coordinates of all spots, and the commit.
 */
export async function writeSectionSummary(
  target: StagedStore,
  { summary, section, sections }: SummaryOfSection,
  { spotNames, coordinates }: ResultFrame,
  options?: WriteOptions,
): Promise<void> {
  const { codes, names } = sections;
  const part = { ...stagedBelow(target, placeOf(section)), commit: async () => undefined };
  await writeSummary(part, summary, { spotNames: [] }, options);
  if (section < names.length - 1) return;
  const facts: Facts = {
    version: SECTIONS_VERSION,
    sections: names,
    spotCount: codes.length,
    dimension: coordinates?.dimension ?? 0,
    parameters: packArrays({ ...summary.parameters, cell_counts: null }),
  };
  const numbers = { section_codes: codes, ...(coordinates && { coordinates: coordinates.values }) };
  await writeArrays(
    target,
    { attributes: { [MARK]: { ...facts } }, numbers, strings: { spot_names: spotNames } },
    options,
  );
}

/** Summaries of several sections that lie in a store. */
export interface StoredSections extends SpotSections {
  /** The store of one section's summary, for `readSummary`. */
  summaryStore(section: number): ReadableStore;
  spotNames(options?: ReadOptions): AsyncIterable<NameChunk>;
  readonly coordinates: Coordinates | undefined;
}

/** What `writeSectionSummary` kept; undefined where the store holds something else. */
export async function readStoredSections(
  store: ReadableStore,
  options: ReadOptions = {},
): Promise<StoredSections | undefined> {
  const arrays = await openArrays(store, options);
  const facts = arrays.attributes[MARK] as unknown as Partial<Facts> | undefined;
  if (facts?.version !== SECTIONS_VERSION) return undefined;
  const { sections: names, spotCount, dimension } = facts as Facts;
  const make = (length: number) => new Float64Array(length);
  const values = dimension && (await arrays.readNumbers("coordinates", spotCount * dimension, make, options));
  const codes = await arrays.readNumbers(
    "section_codes",
    spotCount,
    (length) => new Int32Array(length),
    options,
  );
  requireCodes(codes, names, store.name);
  return {
    names,
    codes,
    summaryStore: (section) => storeBelow(store, placeOf(section)),
    spotNames: (nameOptions) => arrays.strings("spot_names", spotCount, nameOptions),
    coordinates: dimension && values ? { dimension, values } : undefined,
  };
}

function placeOf(section: number): string {
  return `section-${section + 1}`;
}

function requireCodes(codes: Int32Array, names: readonly string[], path = "the store"): void {
  const counts = new Int32Array(names.length);
  for (const code of codes) if (code >= 0 && code < names.length) counts[code]++;
  const found = counts.reduce((sum, count) => sum + count, 0);
  if (found === codes.length && !counts.includes(0)) return;
  throw new FormatError({
    path,
    found: "spots of sections that are not there, or sections without spots",
    expected: `a section of ${names.length} for each spot`,
    remedy: `The store is damaged: make it again with ${optionName("saveStats")} of a run.`,
  });
}
