import { FormatError, OptionError } from "@flashdeconv/core";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";

/** Places along a side of a bin where nobody says: 25 micrometres on most chips, some cells. */
export const USUAL_EDGE = 50;
const MOST_EDGE = 10_000;

/** The edge of bins that `bin` asks for. Throws OptionError for what is not a number of places. */
export function edgeOf(bin: string | undefined): number {
  if (bin === undefined) return USUAL_EDGE;
  const edge = /^\d{1,6}$/.test(bin) ? Number(bin) : 0;
  if (edge >= 1 && edge <= MOST_EDGE) return edge;
  throw new OptionError({
    option: "bin",
    value: bin,
    rule: `a whole number of places from 1 to ${MOST_EDGE} for a GEM or GEF file`,
    remedy: `Give 50 for bins of 50 x 50 places, or leave it out for ${USUAL_EDGE}.`,
  });
}

/** What a GEF file of Stereo-seq holds. */
export interface GefContent {
  /** Places along the bins that are there, ascending; undefined where there are none. */
  readonly bins: readonly number[] | undefined;
  readonly hasCells: boolean;
}

/** Undefined for a file of another kind. */
export async function findGef(
  store: ReadableStore,
  options: ReadOptions = {},
): Promise<GefContent | undefined> {
  const roots = (await store.list?.("/", options)) ?? [];
  const hasCells = roots.includes("cellBin");
  if (!roots.includes("geneExp")) return hasCells ? { bins: undefined, hasCells } : undefined;
  const names = (await store.list?.("/geneExp", options)) ?? [];
  const bins = names.flatMap((name) => (/^bin[1-9]\d{0,5}$/.test(name) ? [Number(name.slice(3))] : []));
  return { bins: bins.sort((a, b) => a - b), hasCells };
}

/**
 * Which of the bins that a file holds those of `edge` are made of: themselves, or those of one place.
 *
 * @throws OptionError where neither is there, FormatError where no bins are
 */
export function sourceBin(path: string, edge: number, bins: readonly number[]): number {
  if (bins.length === 0) {
    throw new FormatError({
      path,
      found: "no bins in geneExp",
      expected: "counts of genes by bins, as SAW writes them",
      remedy: "Copy the file again from the output of the run.",
    });
  }
  if (bins.includes(edge)) return edge;
  if (bins.includes(1)) return 1;
  throw new OptionError({
    option: "bin",
    value: edge,
    rule: `one of the bins that the file holds: ${bins.join(", ")}`,
    remedy: "Name one of these, or give the GEF file with bins of 1, of which others are made.",
  });
}
