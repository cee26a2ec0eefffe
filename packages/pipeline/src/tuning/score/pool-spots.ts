import type { CsrChunk } from "@flashdeconv/core";
import { freeArray } from "@flashdeconv/core/internal";

/** Groups of spots that lie together, ascending: spot `order[i]` is of the group whose range of places holds i. */
export interface SpotGroups {
  readonly groupCount: number;
  /** By spot. */
  readonly groupOf: Int32Array;
}

/**
 * Cuts spots into groups of about `size` that follow each other in an order that keeps close ones together.
 *
 * @param order of all spots; undefined for the order that they come in
 */
export function groupSpots(spotCount: number, size: number, order: Int32Array | undefined): SpotGroups {
  const groupCount = Math.max(1, Math.floor(spotCount / size));
  const groupOf = new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) {
    groupOf[order ? order[place] : place] = Math.floor((place * groupCount) / spotCount);
  }
  return { groupCount, groupOf };
}

/** The sums of the rows of each group; genes of a row ascend. */
export function poolRows(rows: CsrChunk, { groupCount, groupOf }: SpotGroups): CsrChunk {
  const { width } = rows;
  const members = new Int32Array(groupCount + 1);
  for (const group of groupOf) members[group + 1]++;
  for (let group = 0; group < groupCount; group++) members[group + 1] += members[group];
  const next = members.slice();
  const spots = new Int32Array(groupOf.length);
  for (let spot = 0; spot < groupOf.length; spot++) spots[next[groupOf[spot]]++] = spot;
  const sums = new Float64Array(width);
  const indptr = new Int32Array(groupCount + 1);
  const indices = new Int32Array(rows.indices.length);
  const values = new Float64Array(rows.indices.length);
  let at = 0;
  for (let group = 0; group < groupCount; group++) {
    for (let member = members[group]; member < members[group + 1]; member++) {
      const spot = spots[member];
      for (let i = rows.indptr[spot]; i < rows.indptr[spot + 1]; i++) sums[rows.indices[i]] += rows.values[i];
    }
    for (let gene = 0; gene < width; gene++) {
      if (sums[gene] === 0) continue;
      indices[at] = gene;
      values[at++] = sums[gene];
      sums[gene] = 0;
    }
    indptr[group + 1] = at;
  }
  const [kept, sumsKept] = [indices.slice(0, at), values.slice(0, at)];
  for (const array of [indices, values]) freeArray(array);
  return { kind: "csr", spotStart: 0, spotCount: groupCount, width, indptr, indices: kept, values: sumsKept };
}
