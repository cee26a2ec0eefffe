import type { Piece, PieceArray } from "../contracts/checkpoint.js";

/** Begins the keys that stand for what JSON has no word for; a key of ours that begins so gets one more. */
const MARK = "$";

/** Plain data, as it is sent to a thread, as JSON and arrays; `unpackPlain` gives the same back, to the bit. */
export function packPlain(data: unknown): Piece {
  const arrays: Record<string, PieceArray> = {};
  const names = new Map<object, string>();
  const pack = (value: unknown, path: string): unknown => {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    }
    if (ArrayBuffer.isView(value)) {
      // One that is met again is the same one afterwards.
      const name = names.get(value) ?? `a${names.size}`;
      names.set(value, name);
      if (value instanceof Uint8Array) arrays[name] ??= Int32Array.from(value);
      else if (isPieceArray(value)) arrays[name] = value;
      else throw notPlain(path);
      return { $array: name, ...(value instanceof Uint8Array && { $bytes: true }) };
    }
    if (Array.isArray(value)) return value.map((one, i) => pack(one, `${path}[${i}]`));
    if (typeof value !== "object" || !isPlain(value)) throw notPlain(path);
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(
      entries.map(([key, one]) => [
        key.startsWith(MARK) ? MARK + key : key,
        pack(one, path === "" ? key : `${path}.${key}`),
      ]),
    );
  };
  return { facts: pack(data, ""), arrays };
}

export function unpackPlain({ facts, arrays }: Piece): unknown {
  const bytes = new Map<string, Uint8Array>();
  const unpack = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(unpack);
    const { $number, $array, $bytes } = value as Record<string, unknown>;
    if (typeof $number === "string") return Number($number);
    if (typeof $array === "string") {
      if ($bytes !== true) return arrays[$array];
      const found = bytes.get($array) ?? Uint8Array.from(arrays[$array]);
      bytes.set($array, found);
      return found;
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key.startsWith(MARK) ? key.slice(MARK.length) : key,
        unpack(one),
      ]),
    );
  };
  return unpack(facts);
}

function isPieceArray(value: ArrayBufferView): value is PieceArray {
  return value instanceof Int32Array || value instanceof Float32Array || value instanceof Float64Array;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function notPlain(path: string): TypeError {
  return new TypeError(`${path === "" ? "the whole" : path} is not plain data`);
}
