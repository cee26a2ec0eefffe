import { freeArray, numbered } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { Scratch, ScratchFile } from "../../contracts/scratch.js";
import { statArray } from "../allocator.js";
import { bytesOf } from "./bytes-of.js";
import type { RowFileShape } from "./row-file.js";

/** Rows in an order of their own, cut into groups that are read as a whole. */
export interface GroupedRows {
  /** Fills `out` (rows of the group x width). One group at a time; what comes second is read as it lies. */
  load(group: number, out: StatArray): Promise<void>;
}

export interface ScatterRequest {
  /** Begins the names of its files. */
  readonly name: string;
  /** Ascending places where each group begins, and the number of places at the end. */
  readonly groupStarts: Int32Array;
  readonly shape: Pick<RowFileShape, "width" | "precision">;
  /** Memory for rows that wait to be written. */
  readonly bufferBytes: number;
}

/**
 * Brings rows that come in one order into another, through memory of a fixed size. A row's *place* is its number in the new
 * order; groups are ranges of places. Rows are gathered by group and written to the group's part of a file in the order in
 * which they come, each with its place; they are put in order when the group is first read, and lie in order from then on.
 */
export class RowScatter implements GroupedRows {
  private readonly groupStarts: Int32Array;
  private readonly width: number;
  private readonly places: ScratchFile;
  private readonly rows: ScratchFile;
  private readonly capacity: number;
  private readonly precision: RowFileShape["precision"];
  private placeBuffer: Int32Array;
  private rowBuffer: StatArray;
  /** Rows of each group that wait in the buffer, and that are written. */
  private readonly waiting: Int32Array;
  private readonly written: Int32Array;
  /** Whether a group's rows lie in order. */
  private readonly isOrdered: Uint8Array;
  private readonly greatest: number;
  /** Made with the first group that is read. */
  private loading: { readonly places: Int32Array; readonly rows: StatArray } | undefined;

  private constructor(
    places: ScratchFile,
    rows: ScratchFile,
    { groupStarts, shape: { width, precision }, bufferBytes }: ScatterRequest,
  ) {
    const groupCount = groupStarts.length - 1;
    const rowBytes = 4 + width * (precision === "float32" ? 4 : 8);
    let greatest = 0;
    for (let g = 0; g < groupCount; g++) greatest = Math.max(greatest, groupStarts[g + 1] - groupStarts[g]);
    this.groupStarts = groupStarts;
    this.width = width;
    this.places = places;
    this.rows = rows;
    this.capacity = Math.max(1, Math.min(greatest, Math.floor(bufferBytes / (groupCount * rowBytes))));
    this.placeBuffer = new Int32Array(groupCount * this.capacity);
    this.rowBuffer = statArray(precision, groupCount * this.capacity * width);
    this.waiting = new Int32Array(groupCount);
    this.written = new Int32Array(groupCount);
    this.isOrdered = new Uint8Array(groupCount);
    this.precision = precision;
    this.greatest = greatest;
  }

  static async create(scratch: Scratch, request: ScatterRequest): Promise<RowScatter> {
    const { name } = request;
    const [places, rows] = [await scratch.create(`${name}-places`), await scratch.create(`${name}-rows`)];
    return new RowScatter(places, rows, request);
  }

  /** Takes `count` rows from the start of `rows`; the place of row `first + i` is `placeOf[first + i]`. */
  async add(rows: StatArray, count: number, placeOf: Int32Array, first: number): Promise<void> {
    for (let row = this.gather(rows, 0, count, placeOf.subarray(first)); row < count; ) {
      // The group of this row has no room.
      await this.flush(this.groupOf(placeOf[first + row]));
      row = this.gather(rows, row, count, placeOf.subarray(first));
    }
  }

  /** Takes rows from `row` on until the buffer of one is full. Returns the first that was not taken. */
  private gather(rows: StatArray, row: number, count: number, placeOf: Int32Array): number {
    const { width, rowBuffer, placeBuffer, groupStarts, waiting, capacity } = this;
    let group = 0;
    for (; row < count; row++) {
      const place = placeOf[row];
      if (place < groupStarts[group] || place >= groupStarts[group + 1]) group = this.groupOf(place);
      if (waiting[group] === capacity) return row;
      const slot = group * capacity + waiting[group]++;
      placeBuffer[slot] = place - groupStarts[group];
      for (let i = 0; i < width; i++) rowBuffer[slot * width + i] = rows[row * width + i];
    }
    return row;
  }

  /** Writes what still waits. Nothing is loaded before, and nothing added after: the buffer is given back. */
  async finish(): Promise<void> {
    for (let group = 0; group < this.waiting.length; group++) await this.flush(group);
    freeArray(this.placeBuffer);
    freeArray(this.rowBuffer);
    this.placeBuffer = new Int32Array(0);
    this.rowBuffer = statArray(this.precision, 0);
  }

  async load(group: number, out: StatArray): Promise<void> {
    const { width, groupStarts } = this;
    const start = groupStarts[group];
    const count = groupStarts[group + 1] - start;
    if (this.written[group] !== count)
      throw new Error(`${this.written[group]} of ${numbered(count, "row")} were added`);
    const at = start * width * out.BYTES_PER_ELEMENT;
    if (this.isOrdered[group]) return this.rows.read(bytesOf(out), at);
    this.loading ??= {
      places: new Int32Array(this.greatest),
      rows: statArray(this.precision, this.greatest * width),
    };
    const places = this.loading.places.subarray(0, count);
    const rows = this.loading.rows.subarray(0, count * width);
    await this.places.read(bytesOf(places), 4 * start);
    await this.rows.read(bytesOf(rows), at);
    for (let row = 0; row < count; row++) {
      const to = places[row] * width;
      for (let i = 0; i < width; i++) out[to + i] = rows[row * width + i];
    }
    await this.rows.write(bytesOf(out), at);
    this.isOrdered[group] = 1;
  }

  private async flush(group: number): Promise<void> {
    const { width, capacity, waiting, written, rowBuffer, placeBuffer } = this;
    const count = waiting[group];
    if (count === 0) return;
    const from = group * capacity;
    const at = this.groupStarts[group] + written[group];
    await this.places.write(bytesOf(placeBuffer.subarray(from, from + count)), 4 * at);
    const rows = rowBuffer.subarray(from * width, (from + count) * width);
    await this.rows.write(bytesOf(rows), at * width * rows.BYTES_PER_ELEMENT);
    written[group] += count;
    waiting[group] = 0;
  }

  /** Groups are of nearly one size, so a guess is at most a few off. */
  private groupOf(place: number): number {
    const { groupStarts } = this;
    const groupCount = groupStarts.length - 1;
    let group = Math.floor((place / groupStarts[groupCount]) * groupCount);
    while (place < groupStarts[group]) group--;
    while (place >= groupStarts[group + 1]) group++;
    return group;
  }
}
