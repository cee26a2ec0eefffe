import { mixWord } from "@flashdeconv/core/internal";
import { BIN_STARTS, binOf } from "../../stages/intervals/interval-bounds.js";

/** Genes in two halves, by the toss of a coin for each: another for each `split`. */
export function halveGenes(geneCount: number, split: number): readonly [Int32Array, Int32Array] {
  const genes = Int32Array.from({ length: geneCount }, (_, g) => g);
  const side = genes.map((g) => mixWord(g ^ mixWord(split + 0x632be5ab)) & 1);
  return [genes.filter((g) => side[g] === 0), genes.filter((g) => side[g] === 1)];
}

/** Sums by bin of proportions. */
export interface Disagreement {
  readonly squares: Float64Array;
  readonly counts: Float64Array;
}

export function noDisagreement(): Disagreement {
  return { squares: new Float64Array(BIN_STARTS.length), counts: new Float64Array(BIN_STARTS.length) };
}

/** Takes in how far answers by one half of the genes are from those by the other, apart by what all genes say. */
export function addDisagreement(
  { squares, counts }: Disagreement,
  estimate: Float64Array,
  [one, other]: readonly [Float64Array, Float64Array],
): void {
  for (let i = 0; i < estimate.length; i++) {
    const square = (one[i] - other[i]) ** 2;
    if (!(square >= 0) || Number.isNaN(estimate[i])) continue;
    const bin = binOf(estimate[i]);
    squares[bin] += square;
    counts[bin]++;
  }
}

/** Bins of fewer entries say nothing by themselves. */
const FEWEST_ENTRIES = 100;

/**
 * How much more halves of the genes disagree in the section than in tissues that the reference describes, for each bin: what is above 1 is the
 * reference's mismatch, as far as one half of the genes does not share it with the other.
 */
export function widenedBy(section: Disagreement, tissue: Disagreement): Float64Array {
  return section.squares.map((squares, bin) => {
    const [own, others] = [section.counts[bin], tissue.counts[bin]];
    const there = tissue.squares[bin];
    if (own < FEWEST_ENTRIES || others < FEWEST_ENTRIES || !(there > 0)) return 1;
    return Math.max(1, Math.sqrt(squares / own / (there / others)));
  });
}
