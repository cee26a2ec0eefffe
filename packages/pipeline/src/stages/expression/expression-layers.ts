import type { ChunkSource, CsrChunk, DenseChunk, StreamOptions } from "@flashdeconv/core";
import { countDivider, type DividedChunk, divideChunk, type WantedExpression } from "./divide-counts.js";
import type { GeneShares } from "./gene-shares.js";
import { shareReading } from "./share-reading.js";
import { withRows } from "./with-rows.js";

/** What counts of a section are divided by. */
export interface ExpressionInput {
  readonly counts: ChunkSource<CsrChunk>;
  /** N x K, rows of NaN where there is no answer: their counts are of no type. */
  readonly proportions: ChunkSource<DenseChunk>;
  readonly shares: GeneShares;
}

export interface ExpressionLayers {
  /** Spots x wanted genes, as they were counted. */
  readonly observed: ChunkSource<CsrChunk>;
  /** The same for each wanted type: the counts that are expected of it, in float32. */
  readonly byType: readonly ChunkSource<CsrChunk>[];
  /** Counts so far of which no type is expected. */
  unassigned(): number;
}

/** Expected counts of types as matrices of spots and genes. All come from one reading of the section: each is to be read once, side by side. */
export function expressionLayers(
  { counts, proportions, shares }: ExpressionInput,
  wanted: WantedExpression,
  options: Pick<StreamOptions, "signal"> = {},
): ExpressionLayers {
  let unassigned = 0;
  async function* divided(): AsyncGenerator<DividedChunk> {
    const divider = countDivider(shares);
    for await (const chunk of withRows(counts, proportions, options)) {
      const found = divideChunk(chunk, divider, wanted);
      unassigned += found.unassigned;
      yield found;
    }
  }
  const readers = shareReading(divided(), wanted.types.length + 1);
  const { spotCount } = counts;
  const sourceOf = (reader: number, pick: (chunk: DividedChunk) => CsrChunk): ChunkSource<CsrChunk> => ({
    spotCount,
    width: wanted.geneCount,
    async *chunks() {
      for await (const chunk of readers[reader]) yield pick(chunk);
    },
  });
  return {
    observed: sourceOf(0, ({ observed }) => observed),
    byType: Array.from(wanted.types, (_, t) => sourceOf(t + 1, ({ byType }) => byType[t])),
    unassigned: () => unassigned,
  };
}
