import type { SpotRange } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import { arrayLike } from "../array-like.js";
import type { SolveLevel } from "../solve-level.js";
import type { StatArray } from "../solver.js";
import { piecesOf } from "../sweep-level.js";
import { SPOTS_PER_BLOCK } from "../update-order.js";
import type { StripLayout } from "./strip-layout.js";

/** A colour of a strip is small: pieces must be smaller yet to be shared evenly. */
const SPOTS_PER_PIECE = 8 * SPOTS_PER_BLOCK;

export interface WindowShape {
  readonly statWidth: number;
  readonly typeCount: number;
  /** Bytes of a stored number: 4 or 8. */
  readonly bytesPerNumber: number;
}

/** Bytes that a window of so many strips takes. There is room for abundances in double precision, should they come to need it. */
export function windowBytes(
  layout: StripLayout,
  { statWidth, typeCount, bytesPerNumber }: WindowShape,
  slotCount: number,
): number {
  const rowBytes = bytesPerNumber * statWidth + 8 * typeCount + 4 + 4;
  return slotCount * (strideOf(layout) * rowBytes + 4 * mostEdges(layout));
}

/**
 * The strips that are in memory, as a level whose arrays never move. Strip `i` lies in slot `i` modulo the number of slots.
 * A slot has one row more than the largest strip: `indptr` needs the end of a strip's last row.
 */
export class StripWindow {
  level: SolveLevel;
  /** The same rows without neighbours, for the first pass. */
  readonly aloneLevel: SolveLevel;
  private readonly wideAbundance: Float64Array;
  private readonly layout: StripLayout;
  private readonly slotCount: number;
  private readonly stride: number;
  private readonly edgesPerSlot: number;
  private readonly statWidth: number;
  private readonly typeCount: number;

  constructor(
    layout: StripLayout,
    { slotCount, statWidth, typeCount }: Omit<WindowShape, "bytesPerNumber"> & { readonly slotCount: number },
    kind: StatArray,
    allocate: Allocate,
  ) {
    this.layout = layout;
    this.slotCount = slotCount;
    this.statWidth = statWidth;
    this.typeCount = typeCount;
    this.stride = strideOf(layout);
    this.edgesPerSlot = mostEdges(layout);
    const rowCount = slotCount * this.stride;
    const order = allocate(Int32Array, rowCount);
    for (let row = 0; row < rowCount; row++) order[row] = row;
    const wide = allocate(Float64Array, rowCount * typeCount);
    this.wideAbundance = wide;
    const isSingle = kind instanceof Float32Array;
    this.level = {
      statistics: arrayLike(kind, rowCount * statWidth, allocate),
      abundance: isSingle ? new Float32Array(wide.buffer, wide.byteOffset, wide.length) : wide,
      indptr: allocate(Int32Array, rowCount),
      indices: allocate(Int32Array, slotCount * this.edgesPerSlot),
      order,
    };
    const indptr = allocate(Int32Array, rowCount + 1);
    this.aloneLevel = { ...this.level, indptr, indices: allocate(Int32Array, 0) };
  }

  /** From now on abundances are in double precision. No strip may be in the window. */
  widen(): void {
    this.level = { ...this.level, abundance: this.wideAbundance };
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

  /** Brings in who the neighbours of a strip's spots are. They are read only once their own strips are in the window. */
  loadNeighbors(strip: number): void {
    const { stripStarts, graph } = this.layout;
    const { indptr, indices } = this.level;
    const first = this.firstRow(strip);
    const start = stripStarts[strip];
    let edge = (strip % this.slotCount) * this.edgesPerSlot;
    let other = strip;
    for (let position = start; position < stripStarts[strip + 1]; position++) {
      indptr[first + position - start] = edge;
      for (let e = graph.indptr[position]; e < graph.indptr[position + 1]; e++) {
        const neighbor = graph.indices[e];
        while (neighbor < stripStarts[other]) other--;
        while (neighbor >= stripStarts[other + 1]) other++;
        indices[edge++] = this.firstRow(other) + neighbor - stripStarts[other];
      }
    }
    indptr[first + stripStarts[strip + 1] - start] = edge;
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

function mostEdges({ stripStarts, graph }: StripLayout): number {
  let most = 0;
  for (let strip = 0; strip < stripStarts.length - 1; strip++) {
    most = Math.max(most, graph.indptr[stripStarts[strip + 1]] - graph.indptr[stripStarts[strip]]);
  }
  return most;
}
