import type { ReadableStore } from "@flashdeconv/stores";

/** Numbers of an array to write, by numpy's name of their type. */
export type TinyType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64"
  | "bool"
  | "string";

export interface TinyArray {
  readonly type: TinyType;
  readonly shape: readonly number[];
  readonly chunks?: readonly number[];
  readonly values: readonly (number | string)[];
  readonly fillValue?: unknown;
  readonly attributes?: Record<string, unknown>;
  readonly order?: "C" | "F";
}

const V2_TYPES: Record<TinyType, string> = {
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  float16: "<f2",
  float32: "<f4",
  float64: "<f8",
  bool: "|b1",
  string: "|O",
};

/** A Zarr store in memory, written here without compression and independently of the package; it counts what is read. */
export class TinyZarr implements ReadableStore {
  readonly files = new Map<string, Uint8Array>();
  /** Keys read and found, in order. */
  readonly reads: string[] = [];
  bytesRead = 0;
  /** Thrown by the next read of a key that ends so. */
  failOn: { suffix: string; error: Error } | undefined;

  constructor(readonly format: 2 | 3) {}

  async get(key: string, options: { signal?: AbortSignal } = {}): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    options.signal?.throwIfAborted();
    if (this.failOn && key.endsWith(this.failOn.suffix)) throw this.failOn.error;
    const bytes = this.files.get(key.slice(1));
    if (!bytes) return undefined;
    this.reads.push(key.slice(1));
    this.bytesRead += bytes.byteLength;
    // A view into a larger buffer, as many stores hand out.
    const padded = new Uint8Array(bytes.byteLength + 8);
    padded.set(bytes, 8);
    return padded.subarray(8);
  }

  async list(path: string): Promise<string[]> {
    const prefix = path === "/" ? "" : `${path.slice(1)}/`;
    const names = [...this.files.keys()].filter((key) => key.startsWith(prefix));
    return [...new Set(names.map((key) => key.slice(prefix.length).split("/")[0]))];
  }

  json(key: string, value: unknown): void {
    this.files.set(key, new TextEncoder().encode(JSON.stringify(value)));
  }

  group(path: string, attributes: Record<string, unknown> = {}): void {
    const at = path === "" ? "" : `${path}/`;
    if (this.format === 3) {
      this.json(`${at}zarr.json`, { zarr_format: 3, node_type: "group", attributes });
    } else {
      this.json(`${at}.zgroup`, { zarr_format: 2 });
      this.json(`${at}.zattrs`, attributes);
    }
  }

  array(path: string, array: TinyArray): void {
    const { shape, type, attributes = {}, order = "C" } = array;
    const chunks = (array.chunks ?? shape).map((length) => Math.max(1, length));
    const fillValue = "fillValue" in array ? array.fillValue : type === "string" ? "" : 0;
    if (this.format === 3) {
      const bytes = { name: "bytes", configuration: { endian: "little" } };
      const transpose = order === "F" ? [{ name: "transpose", configuration: { order: [1, 0] } }] : [];
      this.json(`${path}/zarr.json`, {
        zarr_format: 3,
        node_type: "array",
        shape,
        data_type: type,
        chunk_grid: { name: "regular", configuration: { chunk_shape: chunks } },
        chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
        fill_value: fillValue,
        codecs: type === "string" ? [{ name: "vlen-utf8" }] : [...transpose, bytes],
        attributes,
      });
    } else {
      this.json(`${path}/.zarray`, {
        zarr_format: 2,
        shape,
        chunks,
        dtype: V2_TYPES[type],
        compressor: null,
        filters: type === "string" ? [{ id: "vlen-utf8" }] : null,
        fill_value: fillValue,
        order,
      });
      this.json(`${path}/.zattrs`, attributes);
    }
    this.#writeChunks(path, array, chunks, order);
  }

  #writeChunks(path: string, { shape, values, type }: TinyArray, chunks: number[], order: "C" | "F"): void {
    const counts = shape.map((length, axis) => Math.ceil(length / chunks[axis]));
    for (const position of positions(counts)) {
      const items = positions(order === "F" ? [...chunks].reverse() : chunks).map((inner) => {
        const within = order === "F" ? [...inner].reverse() : inner;
        const at = within.map((offset, axis) => position[axis] * chunks[axis] + offset);
        if (at.some((index, axis) => index >= shape[axis])) return type === "string" ? "" : 0;
        return values[at.reduce((flat, index, axis) => flat * shape[axis] + index, 0)];
      });
      const key = this.format === 3 ? ["c", ...position].join("/") : position.join(".") || "0";
      this.files.set(`${path}/${key}`, encode(items, type));
    }
  }
}

export function positions(counts: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const count of counts) {
    all = all.flatMap((head) => Array.from({ length: count }, (_, i) => [...head, i]));
  }
  return all;
}

function encode(items: readonly (number | string)[], type: TinyType): Uint8Array {
  if (type === "string") return encodeStrings(items.map(String));
  const numbers = items.map(Number);
  switch (type) {
    case "int8":
      return new Uint8Array(Int8Array.from(numbers).buffer);
    case "bool":
    case "uint8":
      return Uint8Array.from(numbers);
    case "int16":
      return new Uint8Array(Int16Array.from(numbers).buffer);
    case "uint16":
      return new Uint8Array(Uint16Array.from(numbers).buffer);
    case "int32":
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case "uint32":
      return new Uint8Array(Uint32Array.from(numbers).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(numbers.map(BigInt)).buffer);
    case "uint64":
      return new Uint8Array(BigUint64Array.from(numbers.map(BigInt)).buffer);
    case "float16": {
      // Node 24 has it, where tests run; its types do not say so yet.
      const { Float16Array } = globalThis as unknown as {
        Float16Array: { from(numbers: number[]): Uint16Array };
      };
      return new Uint8Array(Float16Array.from(numbers).buffer as ArrayBuffer);
    }
    case "float32":
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case "float64":
      return new Uint8Array(Float64Array.from(numbers).buffer);
  }
}

function encodeStrings(strings: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array(Uint32Array.of(strings.length).buffer)];
  for (const text of strings) {
    const bytes = new TextEncoder().encode(text);
    parts.push(new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes);
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
