import { join } from "@flashdeconv/io-zarr/arrays/internal";
import { paintAmounts, paintClasses } from "@flashdeconv/maps/internal";
import { type Bytes, type Ground, NO_ANSWER } from "../contracts.js";
import { eachBlock } from "./blocks.js";
import type { Placed } from "./ground.js";
import type { Layout } from "./layout.js";
import { bytesGround, type Scale, SHARES } from "./paint.js";
import type { Values } from "./values.js";
import { ofType, type What } from "./what.js";

/** Where something is drawn: a level of the maps, or the spots themselves. */
export interface Layer {
  readonly id: string;
  readonly ground: Ground;
}

/** What is drawn of spots: a byte for each texel or point. */
export interface Plane {
  readonly bytes: Bytes;
  /** Of amounts; undefined for classes. */
  readonly scale: Scale | undefined;
  /** Names of classes. */
  readonly classes: readonly string[] | undefined;
}

/** Columns of a result, to be made planes of. */
export interface Columns {
  readonly layout: Layout;
  readonly values: Values;
}

interface Asked {
  readonly what: What;
  readonly signal?: AbortSignal;
}

/** Reads what is asked for from the columns of the result, chunk by chunk; single precision is what is held of one column. */
export async function paintColumns(columns: Columns, placed: Placed, asked: Asked): Promise<Plane> {
  const { what, signal } = asked;
  const { key, columns: listed } = columns.layout;
  if (what.kind === "largest") return paintLargest(columns, placed, signal);
  if (what.kind === "type") return paintType(columns, placed, { what, signal });
  const path = join("obs", `${key}_${what.name}`);
  const isClasses = listed.some(({ name, kind }) => name === what.name && kind === "classes");
  if (!isClasses) {
    const numbers = await readNumbers(columns.values, path, signal);
    return paintRange(numbers, placed);
  }
  const classes = await columns.values.categories(path, signal);
  const codes = await readCodes(columns, path, (code) => code, signal);
  return { bytes: paintClasses(codes, bytesGround(placed)), scale: undefined, classes };
}

async function readNumbers(values: Values, path: string, signal?: AbortSignal): Promise<Float32Array> {
  const array = await values.array(path);
  const all = new Float32Array(array.metadata.shape[0]);
  await eachBlock(array, (block, start) => all.set(block, start), { signal });
  return all;
}

async function readCodes(
  { values, layout }: Columns,
  path: string,
  codeOf: (code: number) => number,
  signal?: AbortSignal,
): Promise<Int16Array> {
  const codes = new Int16Array(layout.spotCount);
  const take = (block: ArrayLike<number>, start: number) => {
    for (let i = 0; i < block.length; i++) codes[start + i] = codeOf(block[i]);
  };
  await eachBlock(await values.array(join(path, "codes")), take, { signal });
  return codes;
}

/** From the column of largest types; from the types themselves where there is none. */
async function paintLargest(columns: Columns, placed: Placed, signal?: AbortSignal): Promise<Plane> {
  const { key, typeNames } = columns.layout;
  const path = join("obs", `${key}_dominant`);
  const categories = await columns.values.categories(path, signal);
  if (categories.length === 0) return largestOfTypes(columns, placed, signal);
  const types = categories.map((name) => typeNames.indexOf(name));
  const codes = await readCodes(columns, path, (code) => types[code] ?? -1, signal);
  return { bytes: paintClasses(codes, bytesGround(placed)), scale: undefined, classes: typeNames };
}

async function largestOfTypes(columns: Columns, placed: Placed, signal?: AbortSignal): Promise<Plane> {
  const { typeNames } = columns.layout;
  const { count } = bytesGround(placed);
  const [bytes, most] = [new Uint8Array(count), new Uint8Array(count)];
  for (const type of typeNames.keys()) {
    const plane = await paintColumns(columns, placed, { what: ofType(type), signal });
    for (let i = 0; i < count; i++) {
      const byte = plane.bytes[i];
      if (byte === NO_ANSWER && bytes[i] === 0) bytes[i] = NO_ANSWER;
      else if (byte !== NO_ANSWER && byte > most[i]) {
        most[i] = byte;
        bytes[i] = 1 + Math.min(type, NO_ANSWER - 2);
      }
    }
  }
  return { bytes, scale: undefined, classes: typeNames };
}

async function paintType(
  { layout, values }: Columns,
  placed: Placed,
  { what, signal }: { readonly what: Extract<What, { kind: "type" }>; readonly signal?: AbortSignal },
): Promise<Plane> {
  const { key, storedNames } = layout;
  const read = (table: string) =>
    readNumbers(values, join("obsm", table === "" ? key : `${key}_${table}`, storedNames[what.type]), signal);
  if (what.table === "cells") return paintRange(await read("cells"), placed);
  let amounts: Float32Array;
  if (what.table === "width") {
    const [low, high] = [await read("low"), await read("high")];
    amounts = high.map((end, i) => end - low[i]);
  } else amounts = await read(what.table);
  return { bytes: paintAmounts(amounts, bytesGround(placed), SHARES), scale: SHARES, classes: undefined };
}

/** Numbers in whatever range they are. */
function paintRange(numbers: Float32Array, placed: Placed): Plane {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] < least) least = numbers[i];
    if (numbers[i] > most) most = numbers[i];
  }
  if (!(least <= most)) [least, most] = [0, 0];
  // Amounts from 0 on keep small differences near it.
  const scale = least >= 0 ? { least: 0, most, isLinear: false } : { least, most, isLinear: true };
  return { bytes: paintAmounts(numbers, bytesGround(placed), scale), scale, classes: undefined };
}

/** How many texels or points of a plane have each byte. */
export function histogramOf({ bytes }: Pick<Plane, "bytes">): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < bytes.length; i++) counts[bytes[i]]++;
  return counts;
}
