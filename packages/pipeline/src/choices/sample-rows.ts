import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import type { GeneMap } from "@flashdeconv/select-genes";

/** Rows of some spots, gathered from chunks on their way. */
export interface SampleRows {
  readonly rowCounts: Int32Array;
  readonly genes: Int32Array;
  readonly values: Float64Array;
}

/** Takes the rows of certain spots out of chunks, over the genes of a map. */
export class SampleCollector {
  private readonly lengths: number[] = [];
  private readonly genes: number[] = [];
  private readonly values: number[] = [];
  private next: number;

  /** @param spots ascending; those before `start` are not waited for */
  constructor(
    private readonly spots: Int32Array,
    start: number,
  ) {
    this.next = spots.findIndex((spot) => spot >= start);
    if (this.next < 0) this.next = spots.length;
  }

  add({ spotStart, spotCount, indptr, indices, values }: CsrChunk, { geneOfColumn }: GeneMap): void {
    const { spots } = this;
    for (; this.next < spots.length && spots[this.next] < spotStart + spotCount; this.next++) {
      const row = spots[this.next] - spotStart;
      const before = this.genes.length;
      for (let i = indptr[row]; i < indptr[row + 1]; i++) {
        const gene = geneOfColumn[indices[i]];
        if (gene < 0) continue;
        this.genes.push(gene);
        this.values.push(values[i]);
      }
      this.lengths.push(this.genes.length - before);
    }
  }

  finish(): SampleRows {
    return {
      rowCounts: Int32Array.from(this.lengths),
      genes: Int32Array.from(this.genes),
      values: Float64Array.from(this.values),
    };
  }
}

/** The rows of all parts as one chunk, in the order of the spots; in a row genes come as they are stored, in any order. */
export function joinSampleRows(parts: readonly SampleRows[], spotCount: number, geneCount: number): CsrChunk {
  const rowCount = parts.reduce((sum, part) => sum + part.rowCounts.length, 0);
  if (rowCount !== spotCount) {
    throw new ShapeError({
      subject: "sample of the section",
      found: `${rowCount} rows`,
      expected: `${spotCount}`,
      remedy: "The source left out spots that it should have yielded.",
    });
  }
  const entryCount = parts.reduce((sum, part) => sum + part.genes.length, 0);
  const indptr = new Int32Array(spotCount + 1);
  const indices = new Int32Array(entryCount);
  const values = new Float64Array(entryCount);
  let row = 0;
  let at = 0;
  for (const part of parts) {
    for (const count of part.rowCounts) {
      row++;
      indptr[row] = indptr[row - 1] + count;
    }
    indices.set(part.genes, at);
    values.set(part.values, at);
    at += part.genes.length;
  }
  return { kind: "csr", spotStart: 0, spotCount, width: geneCount, indptr, indices, values };
}

/** The same rows, those of `cap` counts or more without any: few as they are, they would decide what is estimated from the sample. */
export function leaveOutDeepSpots(sample: CsrChunk, cap: number): CsrChunk {
  const { spotCount, indptr, indices, values } = sample;
  const kept = new Int32Array(spotCount + 1);
  const [keptIndices, keptValues] = [indices.slice(), new Float64Array(values)];
  for (let row = 0; row < spotCount; row++) {
    const [start, end] = [indptr[row], indptr[row + 1]];
    let depth = 0;
    for (let i = start; i < end; i++) depth += values[i];
    kept[row + 1] = kept[row];
    if (depth >= cap) continue;
    keptIndices.copyWithin(kept[row], start, end);
    keptValues.copyWithin(kept[row], start, end);
    kept[row + 1] += end - start;
  }
  const length = kept[spotCount];
  if (length === values.length) return sample;
  return {
    ...sample,
    indptr: kept,
    indices: keptIndices.slice(0, length),
    values: keptValues.slice(0, length),
  };
}
