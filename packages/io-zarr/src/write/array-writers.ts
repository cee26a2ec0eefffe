import { type NameChunk, ShapeError, type Values } from "@flashdeconv/core";
import type { Content } from "@flashdeconv/stores/internal";
import { VlenUtf8Encoder } from "../codecs/vlen-utf8-encode.js";
import {
  allocate,
  dataTypeOf,
  type JsonObject,
  type NumericArray,
  type NumericDataType,
} from "./array-description.js";
import type { ZarrWriter } from "./zarr-writer.js";

export interface NumericArrayOptions {
  readonly dataType: NumericDataType;
  /** Rows per chunk. */
  readonly chunkLength: number;
  /** Columns of a two-dimensional array; left out for a one-dimensional one. */
  readonly width?: number;
  /** What is known of the numbers. */
  readonly content?: Content;
  readonly attributes: JsonObject;
}

/**
 * Writes an array of numbers whose length is known only at the end, row after row, holding one chunk.
 *
 * An array that fits one chunk gets a chunk of just its length; the last of several is filled up with zeros, as Zarr asks.
 */
export class NumericArrayWriter {
  readonly #zarr: ZarrWriter;
  readonly #path: string;
  readonly #options: NumericArrayOptions;
  readonly #width: number;
  /** Belongs to the writer of chunks once it is full. */
  #buffer: NumericArray | undefined;
  #buffered = 0;
  #chunkCount = 0;

  constructor(zarr: ZarrWriter, path: string, options: NumericArrayOptions) {
    this.#zarr = zarr;
    this.#path = path;
    this.#options = options;
    this.#width = options.width ?? 1;
  }

  /** Adds the rows `from .. to` of a row-major array. Throws ShapeError if it is not of the writer's data type. */
  async append(values: NumericArray, from: number, to: number): Promise<void> {
    const { chunkLength, dataType } = this.#options;
    if (dataTypeOf(values) !== dataType) throw mixedTypes(this.#path, dataTypeOf(values), dataType);
    while (from < to) {
      const taken = Math.min(to - from, chunkLength - this.#buffered);
      const rows = values.subarray(from * this.#width, (from + taken) * this.#width);
      setItems(this.#openBuffer(), rows, this.#buffered * this.#width);
      this.#buffered += taken;
      from += taken;
      if (this.#buffered === chunkLength) await this.#flush(chunkLength);
    }
  }

  /** Adds column `column` of the first `rowCount` rows of a row-major table of `width` columns, to a one-dimensional array. */
  async appendColumn(table: Values, column: number, width: number, rowCount: number): Promise<void> {
    const { chunkLength, dataType } = this.#options;
    if (dataTypeOf(table) !== dataType) throw mixedTypes(this.#path, dataTypeOf(table), dataType);
    for (let row = 0; row < rowCount; ) {
      const buffer = this.#openBuffer() as Values;
      const end = row + Math.min(rowCount - row, chunkLength - this.#buffered);
      let at = this.#buffered;
      for (; row < end; row++) buffer[at++] = table[row * width + column];
      this.#buffered = at;
      if (at === chunkLength) await this.#flush(chunkLength);
    }
  }

  async close(): Promise<void> {
    const { chunkLength, width, dataType, attributes } = this.#options;
    const rowCount = this.#chunkCount * chunkLength + this.#buffered;
    const stored = this.#chunkCount > 0 ? chunkLength : Math.max(1, this.#buffered);
    if (this.#buffered > 0) await this.#flush(stored);
    const shape = width === undefined ? [rowCount] : [rowCount, width];
    const chunkShape = width === undefined ? [stored] : [stored, Math.max(1, width)];
    await this.#zarr.array(this.#path, { dataType, shape, chunkShape }, attributes);
  }

  #openBuffer(): NumericArray {
    const { dataType, chunkLength } = this.#options;
    this.#buffer ??= allocate(dataType, chunkLength * this.#width);
    return this.#buffer;
  }

  async #flush(rowCount: number): Promise<void> {
    const position = this.#options.width === undefined ? [this.#chunkCount] : [this.#chunkCount, 0];
    const { buffer, BYTES_PER_ELEMENT } = this.#openBuffer();
    this.#buffer = undefined;
    this.#buffered = 0;
    this.#chunkCount++;
    const bytes = new Uint8Array(buffer as ArrayBuffer, 0, rowCount * this.#width * BYTES_PER_ELEMENT);
    if (bytes.length > 0) await this.#zarr.chunks([this.#path], position, bytes, this.#options.content);
  }
}

/** Writes a one-dimensional array of strings, the same to each of several places, holding one chunk of them. */
export class StringArrayWriter {
  readonly #zarr: ZarrWriter;
  readonly #paths: readonly string[];
  readonly #chunkLength: number;
  readonly #more: JsonObject;
  readonly #encoder = new VlenUtf8Encoder();
  #chunkCount = 0;

  /** @param more attributes beside the encoding's */
  constructor(zarr: ZarrWriter, paths: readonly string[], chunkLength: number, more: JsonObject = {}) {
    this.#more = more;
    this.#zarr = zarr;
    this.#paths = paths;
    this.#chunkLength = chunkLength;
  }

  async append(names: NameChunk): Promise<void> {
    let from = 0;
    while (from < names.count) {
      const to = Math.min(names.count, from + this.#chunkLength - this.#encoder.count);
      this.#encoder.addNames(names, from, to);
      from = to;
      if (this.#encoder.count === this.#chunkLength) await this.#flush(this.#chunkLength);
    }
  }

  async appendStrings(strings: readonly string[]): Promise<void> {
    for (const text of strings) {
      this.#encoder.addString(text);
      if (this.#encoder.count === this.#chunkLength) await this.#flush(this.#chunkLength);
    }
  }

  /** Names added so far. */
  get length(): number {
    return this.#chunkCount * this.#chunkLength + this.#encoder.count;
  }

  async close(): Promise<void> {
    const { length } = this;
    const stored = this.#chunkCount > 0 ? this.#chunkLength : Math.max(1, length);
    if (this.#encoder.count > 0) await this.#flush(stored);
    const description = { dataType: "string", shape: [length], chunkShape: [stored] } as const;
    for (const path of this.#paths)
      await this.#zarr.array(path, description, { ...STRING_ARRAY, ...this.#more });
  }

  async #flush(count: number): Promise<void> {
    const position = [this.#chunkCount++];
    await this.#zarr.chunks(this.#paths, position, this.#encoder.take(count));
  }
}

const STRING_ARRAY = { "encoding-type": "string-array", "encoding-version": "0.2.0" };

function setItems(target: NumericArray, source: NumericArray, offset: number): void {
  // The caller keeps both of one type; TypeScript cannot tell big integers from numbers here.
  (target as Float64Array).set(source as Float64Array, offset);
}

function mixedTypes(path: string, found: string, expected: string): ShapeError {
  return new ShapeError({
    subject: path,
    found: `${found} values after ${expected} ones`,
    expected: "one type of values",
    remedy: "Let the source yield one type of values.",
  });
}
