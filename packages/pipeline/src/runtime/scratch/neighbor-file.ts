import type { NeighborGraph } from "@flashdeconv/core";
import {
  arrangeStrips,
  ROWS_PER_RUN,
  type StripLayout,
  type StripStore,
  spotsOfStrip,
} from "@flashdeconv/solver/internal";
import type { StripArrangement } from "../../contracts/graph.js";
import type { ScratchFile } from "../../contracts/scratch.js";
import { bytesOf } from "./bytes-of.js";

/** Cuts a section into strips and writes their neighbours, and before them the first coarse level, to a file. */
export async function writeNeighbors(
  file: ScratchFile,
  graph: NeighborGraph,
  order: Int32Array | undefined,
): Promise<StripArrangement> {
  let coarseEdgeCount = 0;
  let at = 0;
  const write = async (...arrays: (Int32Array | Float64Array)[]) => {
    for (const array of arrays) {
      await file.write(bytesOf(array), at);
      at += array.byteLength;
    }
  };
  const layout = await arrangeStrips(graph, order, {
    keepCoarse({ weights, sizes, graph: { indptr, indices } }) {
      coarseEdgeCount = indices.length;
      return write(weights, sizes, indptr, indices);
    },
    keepNeighbors: ({ indptr, indices }) => write(indptr, indices),
  });
  return { layout, coarseEdgeCount };
}

/** What `writeNeighbors` wrote. The neighbours of a strip lie in memory that the next ones take over. */
export function neighborFile(
  file: ScratchFile,
  { layout, coarseEdgeCount }: StripArrangement,
): Pick<StripStore, "loadNeighbors" | "loadCoarse"> {
  const { stripStarts, edgeStarts, spotCount } = layout;
  const rowCount = Math.ceil(spotCount / ROWS_PER_RUN);
  const firstStrip = 8 * (coarseEdgeCount + rowCount) + 4 * (rowCount + 1 + coarseEdgeCount);
  let memory = new Int32Array(0);
  return {
    async loadNeighbors(strip) {
      const first = stripStarts[strip];
      const rows = stripStarts[strip + 1] - first + 1;
      const length = rows + edgeStarts[strip + 1] - edgeStarts[strip];
      if (memory.length < length) memory = new Int32Array(length);
      // Each strip before this one has an offset more than it has spots.
      await file.read(
        bytesOf(memory.subarray(0, length)),
        firstStrip + 4 * (first + strip + edgeStarts[strip]),
      );
      return { indptr: memory.subarray(0, rows), indices: memory.subarray(rows, length) };
    },
    async loadCoarse(allocate) {
      const weights = allocate(Float64Array, coarseEdgeCount);
      const sizes = allocate(Float64Array, rowCount);
      const indptr = allocate(Int32Array, rowCount + 1);
      const indices = allocate(Int32Array, coarseEdgeCount);
      let at = 0;
      for (const array of [weights, sizes, indptr, indices]) {
        await file.read(bytesOf(array), at);
        at += array.byteLength;
      }
      return { weights, sizes, graph: { spotCount: rowCount, indptr, indices }, rowOf: new Int32Array(0) };
    },
  };
}

/** Reads the neighbours of all spots back, by spot. */
export async function readNeighbors(
  layout: StripLayout,
  file: Pick<StripStore, "loadNeighbors">,
  order: Int32Array | undefined,
): Promise<NeighborGraph> {
  const { spotCount, stripStarts, edgeStarts } = layout;
  const stripCount = stripStarts.length - 1;
  const spotAt = new Int32Array(spotCount);
  const indptr = new Int32Array(spotCount + 1);
  for (let strip = 0; strip < stripCount; strip++) {
    const spots = spotsOfStrip(layout, strip, order);
    spotAt.set(spots, stripStarts[strip]);
    const { indptr: own } = await file.loadNeighbors(strip);
    for (const [row, spot] of spots.entries()) indptr[spot + 1] = own[row + 1] - own[row];
  }
  for (let spot = 0; spot < spotCount; spot++) indptr[spot + 1] += indptr[spot];
  const indices = new Int32Array(edgeStarts[stripCount]);
  for (let strip = 0; strip < stripCount; strip++) {
    const own = await file.loadNeighbors(strip);
    for (let row = 0; row < stripStarts[strip + 1] - stripStarts[strip]; row++) {
      let at = indptr[spotAt[stripStarts[strip] + row]];
      for (let e = own.indptr[row]; e < own.indptr[row + 1]; e++) indices[at++] = spotAt[own.indices[e]];
    }
  }
  return { spotCount, indptr, indices };
}
