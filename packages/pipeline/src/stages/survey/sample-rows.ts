import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { GeneMap } from "@flashdeconv/select-genes/internal";
import type { SampleRows, SpotSample } from "../../contracts/sample.js";
import { SPARSE_ROW } from "../../runtime/sample-size.js";

/** Takes the rows of certain spots out of chunks, over the genes of a map. */
export class SampleCollector {
  private readonly lengths: number[] = [];
  private readonly genes: number[] = [];
  private readonly values: number[] = [];
  private readonly others: number[] = [];
  private next: number;

  /** Spots of the sample before `start` are not waited for. */
  constructor(
    private readonly sample: Pick<SpotSample, "spots" | "isCore">,
    start: number,
  ) {
    const { spots } = sample;
    this.next = spots.findIndex((spot) => spot >= start);
    if (this.next < 0) this.next = spots.length;
  }

  add({ spotStart, spotCount, indptr, indices, values }: CsrChunk, { geneOfColumn }: GeneMap): void {
    const { spots, isCore } = this.sample;
    for (; this.next < spots.length && spots[this.next] < spotStart + spotCount; this.next++) {
      const row = spots[this.next] - spotStart;
      const before = this.genes.length;
      if (isCore[this.next] === 0 && indptr[row + 1] - indptr[row] > SPARSE_ROW) {
        this.lengths.push(-1);
        this.others.push(0);
        continue;
      }
      let other = 0;
      for (let i = indptr[row]; i < indptr[row + 1]; i++) {
        const gene = geneOfColumn[indices[i]];
        if (gene < 0) {
          other += values[i];
          continue;
        }
        this.genes.push(gene);
        this.values.push(values[i]);
      }
      this.others.push(other);
      this.lengths.push(this.genes.length - before);
    }
  }

  finish(): SampleRows {
    return {
      rowCounts: Int32Array.from(this.lengths),
      genes: Int32Array.from(this.genes),
      values: Float64Array.from(this.values),
      others: Float64Array.from(this.others),
    };
  }
}

/** Rows of spots `isOf` and of the others as those of all, in order. Without the others theirs are left out. */
export function weaveRows(own: SampleRows, others: SampleRows | undefined, isOf: Uint8Array): SampleRows {
  const length = own.genes.length + (others?.genes.length ?? 0);
  const rowCounts = new Int32Array(isOf.length);
  const otherCounts = new Float64Array(isOf.length);
  const genes = new Int32Array(length);
  const values = new Float64Array(length);
  const from = [others, own].map((rows) => ({ rows, row: 0, at: 0 }));
  let at = 0;
  for (const [place, is] of isOf.entries()) {
    const side = from[is];
    const { rows } = side;
    const row = side.row++;
    const count = rows ? rows.rowCounts[row] : -1;
    rowCounts[place] = count;
    otherCounts[place] = rows ? rows.others[row] : 0;
    if (!rows || count <= 0) continue;
    genes.set(rows.genes.subarray(side.at, side.at + count), at);
    values.set(rows.values.subarray(side.at, side.at + count), at);
    side.at += count;
    at += count;
  }
  return { rowCounts, genes, values, others: otherCounts };
}

/** The rows of several parts as those of one. */
export function joinRows(parts: readonly SampleRows[]): SampleRows {
  const join = <A extends Int32Array | Float64Array>(out: A, arrays: readonly A[]): A => {
    let at = 0;
    for (const array of arrays) {
      out.set(array, at);
      at += array.length;
    }
    return out;
  };
  const lengthOf = (arrays: readonly ArrayLike<number>[]) =>
    arrays.reduce((sum, { length }) => sum + length, 0);
  const rowCounts = parts.map((part) => part.rowCounts);
  const genes = parts.map((part) => part.genes);
  const values = parts.map((part) => part.values);
  const others = parts.map((part) => part.others);
  return {
    rowCounts: join(new Int32Array(lengthOf(rowCounts)), rowCounts),
    genes: join(new Int32Array(lengthOf(genes)), genes),
    values: join(new Float64Array(lengthOf(values)), values),
    others: join(new Float64Array(lengthOf(others)), others),
  };
}

/** The sample's rows; in a row genes come as they are stored, in any order. */
export interface JoinedRows {
  readonly counts: CsrChunk;
  /** By spot of the sample: 0 where its row was left out, which is then empty. */
  readonly isRead: Uint8Array;
  /** Share of all counts of these spots that are in the genes of `counts`; null where they have none. */
  readonly sharedCounts: number | null;
}

/** The rows of all parts as one chunk, in the order of the spots; of a single part in its own memory. */
export function joinSampleRows(
  parts: readonly SampleRows[],
  spotCount: number,
  geneCount: number,
): JoinedRows {
  const rowCount = parts.reduce((sum, part) => sum + part.rowCounts.length, 0);
  if (rowCount !== spotCount) {
    throw new ShapeError({
      subject: "sample of the section",
      found: `${numbered(rowCount, "row")}`,
      expected: `${spotCount}`,
      remedy: "The source left out spots that it should have yielded.",
    });
  }
  const indptr = new Int32Array(spotCount + 1);
  const { genes: indices, values } = parts.length === 1 ? parts[0] : joinRows(parts);
  const isRead = new Uint8Array(spotCount);
  let row = 0;
  for (const part of parts) {
    for (const count of part.rowCounts) {
      isRead[row] = count < 0 ? 0 : 1;
      row++;
      indptr[row] = indptr[row - 1] + Math.max(0, count);
    }
  }
  const counts: CsrChunk = {
    kind: "csr",
    spotStart: 0,
    spotCount,
    width: geneCount,
    indptr,
    indices,
    values,
  };
  return { counts, isRead, sharedCounts: sharedCountsOf(parts) };
}

function sharedCountsOf(parts: readonly SampleRows[]): number | null {
  let shared = 0;
  let others = 0;
  for (const part of parts) {
    for (const value of part.values) shared += value;
    for (const value of part.others) others += value;
  }
  const all = shared + others;
  return all > 0 && shared >= 0 && others >= 0 && all < Number.POSITIVE_INFINITY ? shared / all : null;
}

/** Certain rows of a chunk. */
export function pickRows(chunk: CsrChunk, rows: Int32Array): CsrChunk {
  if (rows.length === chunk.spotCount) return chunk;
  const indptr = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    indptr[i + 1] = indptr[i] + chunk.indptr[rows[i] + 1] - chunk.indptr[rows[i]];
  }
  const indices = new Int32Array(indptr[rows.length]);
  const values = new Float64Array(indptr[rows.length]);
  for (let i = 0; i < rows.length; i++) {
    const [from, to] = [chunk.indptr[rows[i]], chunk.indptr[rows[i] + 1]];
    indices.set(chunk.indices.subarray(from, to), indptr[i]);
    values.set(chunk.values.subarray(from, to), indptr[i]);
  }
  return { ...chunk, spotCount: rows.length, indptr, indices, values };
}

/** The same rows, those of `cap` counts or more without any: few as they are, they would decide what is estimated from the sample. */
export function leaveOutDeepSpots(sample: CsrChunk, cap: number): CsrChunk {
  const { spotCount, indptr, indices, values } = sample;
  const kept = new Int32Array(spotCount + 1);
  for (let row = 0; row < spotCount; row++) {
    const [start, end] = [indptr[row], indptr[row + 1]];
    let depth = 0;
    for (let i = start; i < end; i++) depth += values[i];
    kept[row + 1] = kept[row] + (depth >= cap ? 0 : end - start);
  }
  const length = kept[spotCount];
  if (length === values.length) return sample;
  const [keptIndices, keptValues] = [new Int32Array(length), new Float64Array(length)];
  for (let row = 0; row < spotCount; row++) {
    if (kept[row + 1] === kept[row]) continue;
    keptIndices.set(indices.subarray(indptr[row], indptr[row + 1]), kept[row]);
    keptValues.set(values.subarray(indptr[row], indptr[row + 1]), kept[row]);
  }
  return { ...sample, indptr: kept, indices: keptIndices, values: keptValues };
}
