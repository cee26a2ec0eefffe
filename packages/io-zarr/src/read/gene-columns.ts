import { type ChunkSource, type CsrChunk, FormatError, type Notice } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { readColumnOf } from "./column-values.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { columnTexts } from "./name-source.js";
import { openDataframe } from "./open-dataframe.js";

/** Columns of `var` in which 10x and those who read its files say what a feature is. */
const KIND_COLUMNS = ["feature_types", "feature_type"];
/** What genes are called there; Xenium's Zarr says "gene". */
const GENES: ReadonlySet<string> = new Set(["Gene Expression", "gene"]);
/** Kinds that Cell Ranger and Xenium write beside genes, for files that hold no gene at all. */
const OTHER_KINDS =
  /^(Antibody Capture|Antigen Capture|CRISPR Guide Capture|Multiplexing Capture|Peaks|Custom|Protein Expression|.* (Codeword|Probe))$/;

export interface GeneColumnsOptions {
  readonly signal?: AbortSignal;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * The columns of the matrix that are genes, where `var` says that others are antibodies, control probes and the like: these are measured on
 * another scale, and would distort what a spot holds in all. Undefined where all are genes, or nothing is said.
 *
 * @throws FormatError where there is no gene among them
 */
export async function findGeneColumns(
  hierarchy: Hierarchy,
  path: string,
  { signal, onNotice }: GeneColumnsOptions,
): Promise<Int32Array | undefined> {
  const { columnNames } = await openDataframe(hierarchy, path);
  const key = KIND_COLUMNS.find((name) => columnNames.includes(name));
  if (key === undefined) return undefined;
  const kinds = columnTexts(await readColumnOf(hierarchy, path, key, signal));
  const kept = kinds.flatMap((kind, column) => (GENES.has(kind) ? column : []));
  if (kept.length === kinds.length) return undefined;
  const others = countOf(kinds.filter((kind) => !GENES.has(kind)));
  if (kept.length === 0) {
    // Without a kind of 10x's, the column speaks of something else.
    if (!others.some(([kind]) => OTHER_KINDS.test(kind))) return undefined;
    throw new FormatError({
      path: join(path, key),
      found: `no gene among ${inWords(others)}`,
      expected: `features of the kind "Gene Expression"`,
      remedy: "Give the counts of genes: cell types cannot be told from these features.",
    });
  }
  onNotice?.({
    code: "other-features",
    message: `Features that are not genes are left out: ${inWords(others)}. ${numbered(kept.length, "gene")} remain${kept.length === 1 ? "s" : ""}.`,
  });
  return Int32Array.from(kept);
}

function countOf(kinds: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

const MOST_SHOWN = 5;

function inWords(counts: readonly (readonly [string, number])[]): string {
  const shown = counts.slice(0, MOST_SHOWN).map(([kind, count]) => `${count} ${kind || "without a kind"}`);
  if (counts.length > MOST_SHOWN) shown.push(`${numbered(counts.length - MOST_SHOWN, "other kind")}`);
  return shown.join(", ");
}

/** The same rows with these columns alone, which ascend. Chunks are narrowed where they lie. */
export function keepColumns(source: ChunkSource<CsrChunk>, columns: Int32Array): ChunkSource<CsrChunk> {
  const positions = new Int32Array(source.width).fill(-1);
  columns.forEach((column, position) => {
    positions[column] = position;
  });
  return {
    spotCount: source.spotCount,
    width: columns.length,
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) yield narrowed(chunk, positions, columns.length);
    },
  };
}

function narrowed(chunk: CsrChunk, positions: Int32Array, width: number): CsrChunk {
  const { spotCount, indices, values } = chunk;
  const indptr = new Int32Array(spotCount + 1);
  let length = 0;
  for (let row = 0; row < spotCount; row++) {
    for (let i = chunk.indptr[row]; i < chunk.indptr[row + 1]; i++) {
      const position = positions[indices[i]];
      if (position < 0) continue;
      indices[length] = position;
      values[length++] = values[i];
    }
    indptr[row + 1] = length;
  }
  return {
    ...chunk,
    width,
    indptr,
    indices: indices.subarray(0, length),
    values: values.subarray(0, length),
  };
}
