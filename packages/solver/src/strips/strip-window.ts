import type { SpotRange } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import type { SolveLevel } from "../solve-level.js";
import type { StatArray } from "../solver.js";
import { piecesOf } from "../sweep-level.js";
import { SPOTS_PER_BLOCK } from "../update-order.js";
import type { StripLayout, StripNeighbors } from "./strip-layout.js";

/** A colour of a strip is small: pieces must be smaller yet to be shared evenly. */
const SPOTS_PER_PIECE = 8 * SPOTS_PER_BLOCK;

export interface WindowShape {
  readonly statWidth: number;
  readonly typeCount: number;
  /** Bytes of a number of the statistics: 4 or 8. */
  readonly bytesPerNumber: number;
  /** Bytes of an abundance, which may come to need double precision. */
  readonly bytesPerAbundance: number;
}

/** Bytes that a window of so many strips takes. */
export function windowBytes(
  layout: StripLayout,
  { statWidth, typeCount, bytesPerNumber, bytesPerAbundance }: WindowShape,
  slotCount: number,
): number {
  // Offsets with and without neighbours, order.
  const rowBytes = bytesPerNumber * statWidth + bytesPerAbundance * typeCount + 3 * 4;
  return slotCount * (strideOf(layout) * rowBytes + 4 * mostEdges(layout)) + ARRAYS * LINE_BYTES;
}

/** Arrays of a window, each of which begins at a multiple of this: no two threads write to one line of a processor's cache. */
const ARRAYS = 6;
const LINE_BYTES = 64;

/**
 * The strips that are in memory, as a level. Strip `i` lies in slot `i` modulo the number of slots.
 * A slot has one row more than the largest strip: `indptr` needs the end of a strip's last row.
 */
export class StripWindow {
  level!: SolveLevel;
  /** The same rows without neighbours, for the first pass. */
  aloneLevel!: SolveLevel;
  slotCount = 0;
  private readonly memory: Float64Array;
  private readonly layout: StripLayout;
  private readonly stride: number;
  private readonly edgesPerSlot: number;
  private readonly statWidth: number;
  private readonly typeCount: number;

  /** @param byteCount memory that is set aside for all slots there will ever be */
  constructor(layout: StripLayout, shape: WindowShape, byteCount: number, allocate: Allocate) {
    this.layout = layout;
    this.statWidth = shape.statWidth;
    this.typeCount = shape.typeCount;
    this.stride = strideOf(layout);
    this.edgesPerSlot = mostEdges(layout);
    this.memory = allocate(Float64Array, Math.ceil(byteCount / 8));
  }

  /** Lays out so many slots anew. No strip may be in the window. */
  layOut({ bytesPerNumber, bytesPerAbundance }: WindowShape, slotCount: number): void {
    this.slotCount = slotCount;
    const rowCount = slotCount * this.stride;
    let at = this.memory.byteOffset;
    const place = (length: number, bytes: number) => {
      const start = at;
      at += LINE_BYTES * Math.ceil((length * bytes) / LINE_BYTES);
      return [this.memory.buffer, start, length] as const;
    };
    const whole = (length: number) => new Int32Array(...place(length, 4));
    const numbers = (length: number, bytes: number) =>
      bytes === 4 ? new Float32Array(...place(length, 4)) : new Float64Array(...place(length, 8));
    const level = {
      statistics: numbers(rowCount * this.statWidth, bytesPerNumber),
      abundance: numbers(rowCount * this.typeCount, bytesPerAbundance),
      indptr: whole(rowCount),
      indices: whole(slotCount * this.edgesPerSlot),
      order: whole(rowCount),
    };
    for (let row = 0; row < rowCount; row++) level.order[row] = row;
    this.level = level;
    this.aloneLevel = { ...level, indptr: whole(rowCount + 1).fill(0), indices: whole(0) };
  }

  /** A strip's statistics and abundances in the window. */
  rowsOf(strip: number): { readonly statistics: StatArray; readonly abundance: StatArray } {
    const { stripStarts } = this.layout;
    const first = this.firstRow(strip);
    const end = first + stripStarts[strip + 1] - stripStarts[strip];
    const { statistics, abundance } = this.level;
    return {
      statistics: statistics.subarray(first * this.statWidth, end * this.statWidth),
      abundance: abundance.subarray(first * this.typeCount, end * this.typeCount),
    };
  }

  /** Takes in who the neighbours of a strip's spots are. They are read only once their own strips are in the window. */
  setNeighbors(strip: number, neighbors: StripNeighbors): void {
    const { stripStarts } = this.layout;
    const { indptr, indices } = this.level;
    const first = this.firstRow(strip);
    const edge = (strip % this.slotCount) * this.edgesPerSlot;
    for (let row = 0; row < neighbors.indptr.length; row++)
      indptr[first + row] = edge + neighbors.indptr[row];
    let other = strip;
    for (let e = 0; e < neighbors.indices.length; e++) {
      const neighbor = neighbors.indices[e];
      while (neighbor < stripStarts[other]) other--;
      while (neighbor >= stripStarts[other + 1]) other++;
      indices[edge + e] = this.firstRow(other) + neighbor - stripStarts[other];
    }
  }

  /** Pieces of whole blocks: those of one colour of a strip. */
  colorPieces(strip: number, color: number): SpotRange[] {
    const { colorStarts, colorCount } = this.layout;
    const at = strip * (colorCount + 1) + color;
    return this.pieces(strip, colorStarts[at], colorStarts[at + 1]);
  }

  /** Pieces of whole blocks: all of a strip. */
  allPieces(strip: number): SpotRange[] {
    return Array.from({ length: this.layout.colorCount }, (_, color) =>
      this.colorPieces(strip, color),
    ).flat();
  }

  private pieces(strip: number, start: number, end: number): SpotRange[] {
    const offset = this.firstRow(strip) - this.layout.stripStarts[strip];
    return piecesOf(start + offset, end + offset, SPOTS_PER_PIECE);
  }

  /** Where a strip's rows begin. */
  firstRow(strip: number): number {
    return (strip % this.slotCount) * this.stride;
  }
}

function strideOf({ greatestStrip }: StripLayout): number {
  return greatestStrip + 1;
}

function mostEdges({ edgeStarts }: StripLayout): number {
  return edgeStarts.reduce((most, start, i) => Math.max(most, i && start - edgeStarts[i - 1]), 0);
}
