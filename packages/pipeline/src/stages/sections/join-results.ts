import {
  type ChunkSource,
  collect,
  type DenseChunk,
  generatedSource,
  type Notice,
  ShapeError,
} from "@flashdeconv/core";
import { numbered, sectionSubject } from "@flashdeconv/core/internal";
import type { AnswerTable, Deconvolution, SignatureSummary } from "../../contracts/answers.js";
import type { SpotSections } from "../../contracts/inputs.js";
import { statArray } from "../../runtime/allocator.js";
import { joinParameters } from "./join-parameters.js";

/** Spots of the store whose proportions are put together at once. */
const SPOTS_PER_CHUNK = 65_536;

/** The results of all sections of a store as one, its rows in the store's order. */
export function joinResults(results: readonly Deconvolution[], sections: SpotSections): Deconvolution {
  const { codes, names } = sections;
  const spotCount = codes.length;
  const [first] = results;
  const { typeNames } = first;
  // Where types are alike, a section may be solved in double although the others are not.
  const isDouble = results.some(({ totals }) => totals instanceof Float64Array);
  const precision = isDouble ? "float64" : "float32";
  const totals = statArray(precision, spotCount);
  const counts = statArray(precision, spotCount);
  const dominant = new Int32Array(spotCount);
  const statuses = new Uint8Array(spotCount);
  const next = new Int32Array(names.length);
  for (let row = 0; row < spotCount; row++) {
    const result = results[codes[row]];
    const spot = next[codes[row]]++;
    totals[row] = result.totals[spot];
    counts[row] = result.counts[spot];
    dominant[row] = result.dominant[spot];
    statuses[row] = result.statuses[spot];
  }
  for (const [i, result] of results.entries()) requireSpots(names[i], next[i], result.spotCount);
  const proportions = joinRows(
    results.map((result) => result.proportions),
    codes,
    precision,
  );
  const tables = tablesOf(results).map(
    (table): AnswerTable => ({
      ...table,
      dtype: table.dtype === "category" ? table.dtype : precision,
      values: joinRows(
        results.map((result) => sourceIn(result, table)),
        codes,
        precision,
      ),
    }),
  );
  return {
    spotCount,
    typeNames,
    tables,
    proportions,
    totals,
    dominant,
    statuses,
    counts,
    signature: joinSignatures(
      results.map(({ signature }) => signature),
      names,
    ),
    parameters: joinParameters(
      results.map(({ parameters }) => parameters),
      names,
    ),
    notices: joinNotices(
      results.map(({ notices }) => notices),
      names,
    ),
  };
}

/** The tables that any section has, in the order of those that have most: of some a section may have nothing to tell. */
function tablesOf(results: readonly Deconvolution[]): readonly AnswerTable[] {
  const [most] = [...results].sort((a, b) => b.tables.length - a.tables.length);
  return most.tables;
}

/** A section's rows of a table; nothing, NaN or no category, where it has no such table. */
function sourceIn(
  { tables, spotCount }: Deconvolution,
  { name, dtype, values }: AnswerTable,
): AnswerTable["values"] {
  const own = tables.find((table) => table.name === name);
  if (own) return own.values;
  const { width } = values;
  return generatedSource({ spotCount, width, spotsPerChunk: SPOTS_PER_CHUNK }, (spotStart, end) => ({
    kind: "dense",
    spotStart,
    spotCount: end - spotStart,
    width,
    values: new Float64Array((end - spotStart) * width).fill(dtype === "category" ? -1 : Number.NaN),
  }));
}

/** One Gram matrix where all sections have the same, else that of each. */
function joinSignatures(all: readonly SignatureSummary[], names: readonly string[]): SignatureSummary {
  const [{ cellCounts, gram }] = all;
  const cells = cellCounts && { cellCounts };
  const isSame = all.every((one) => one.gram?.every((value, i) => value === gram?.[i]));
  if (gram && isSame) return { ...cells, gram };
  const sections = all.flatMap((one, i) => (one.gram ? [{ name: names[i], gram: one.gram }] : []));
  return { ...cells, ...(sections.length > 0 && { sections }) };
}

function requireSpots(name: string, expected: number, found: number): void {
  if (found === expected) return;
  const error = new ShapeError({
    subject: sectionSubject(name),
    found: numbered(found, "spot"),
    expected: `${expected}, as many as the store has of it`,
    remedy: "The two do not belong together: make both again.",
  });
  error.section = name;
  throw error;
}

/** What all sections were told, once; the rest names the section. */
function joinNotices(all: readonly (readonly Notice[])[], names: readonly string[]): Notice[] {
  const joined = new Map<string, Notice>();
  for (const [i, notices] of all.entries()) {
    for (const { code, message } of notices) {
      const isCommon = all.every((others) => others.some((other) => other.message === message));
      const told = isCommon ? message : `Section ${JSON.stringify(names[i])}: ${message}`;
      joined.set(told, { code, message: told });
    }
  }
  return [...joined.values()];
}

/** Rows of several sources in the order of the store: those of each section keep their order, so a range of the store is a range of each. */
function joinRows(
  sources: readonly ChunkSource<DenseChunk>[],
  codes: Int32Array,
  precision: "float64" | "float32",
): ChunkSource<DenseChunk> {
  const [{ width }] = sources;
  const spotCount = codes.length;
  const firstsOfBlocks = countBefore(codes, sources.length);
  return generatedSource({ spotCount, width, spotsPerChunk: SPOTS_PER_CHUNK }, async (start, end) => {
    const block = Math.floor(start / SPOTS_PER_CHUNK);
    const values = statArray(precision, (end - start) * width);
    for (const [code, source] of sources.entries()) {
      let first = firstsOfBlocks[block * sources.length + code];
      for (let row = block * SPOTS_PER_CHUNK; row < start; row++) if (codes[row] === code) first++;
      let last = first;
      for (let row = start; row < end; row++) if (codes[row] === code) last++;
      if (last === first) continue;
      const own = (await collect(source, { spotRange: { start: first, end: last } })).values;
      let at = 0;
      for (let row = start; row < end; row++) {
        if (codes[row] !== code) continue;
        const to = (row - start) * width;
        for (let k = 0; k < width; k++) values[to + k] = own[at++];
      }
    }
    return { kind: "dense", spotStart: start, spotCount: end - start, width, values };
  });
}

/** For each block of spots, how many of each section lie before it. */
function countBefore(codes: Int32Array, sectionCount: number): Int32Array {
  const blockCount = Math.ceil(codes.length / SPOTS_PER_CHUNK);
  const counts = new Int32Array((blockCount + 1) * sectionCount);
  for (let block = 0; block < blockCount; block++) {
    const at = block * sectionCount;
    const next = at + sectionCount;
    counts.copyWithin(next, at, next);
    const end = Math.min((block + 1) * SPOTS_PER_CHUNK, codes.length);
    for (let row = block * SPOTS_PER_CHUNK; row < end; row++) counts[next + codes[row]]++;
  }
  return counts;
}
