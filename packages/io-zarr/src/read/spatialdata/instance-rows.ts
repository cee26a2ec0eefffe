import { FormatError } from "@flashdeconv/core";
import { type ColumnValues, readColumnOf } from "../column-values.js";
import { type Hierarchy, join } from "../hierarchy.js";
import { columnTexts } from "../name-source.js";

/** The item of an element's index that a row, or a shape, has. */
export type InstanceKey = number | string;

/** `obs/<instance_key>`, one key per row. */
export interface Instances {
  readonly kind: "number" | "string";
  readonly keys: ArrayLike<InstanceKey>;
}

/** Reads the instance column. Throws FormatError for numbers that are missing, not whole, or too large to be exact. */
export async function readInstances(
  table: Hierarchy,
  instanceKey: string,
  signal?: AbortSignal,
): Promise<Instances> {
  const column: ColumnValues = await readColumnOf(table, "obs", instanceKey, signal);
  if (column.kind !== "number") return { kind: "string", keys: columnTexts(column) };
  const wrong = column.values.findIndex((value) => !Number.isSafeInteger(value));
  if (wrong >= 0) {
    throw new FormatError({
      path: join("obs", instanceKey),
      found: `${column.values[wrong]} in row ${wrong}`,
      expected: "whole numbers of at most 2^53 in size, or text",
      remedy: "Store the instances as text, and the index of the shapes alike.",
    });
  }
  return { kind: "number", keys: column.values };
}

/** Finds the rows of one region by their instance. Rows may share an instance. */
export interface InstanceRows {
  /** Calls `visit` with each row that has the key; false where none has. */
  find(key: InstanceKey, visit: (row: number) => void): boolean;
}

/** Numbers up to so many times the rows are looked up in a plain array (4 bytes each) instead of a map. */
const DENSE_FACTOR = 8;

/**
 * Builds the look-up for the rows whose code is `region`. Memory: 4 bytes per row of the table, and per row of the region 4 to 32
 * for whole numbers that lie close, else an entry of a map.
 *
 * Keys of two kinds (numbers here, text there) are compared as text: `keyKind` is that of the shapes' index.
 */
export function buildInstanceRows(
  { kind, keys }: Instances,
  codes: Int32Array,
  region: number,
  keyKind: "number" | "string",
): InstanceRows {
  const asText = kind !== keyKind;
  const next = new Int32Array(keys.length).fill(-1);
  let rowCount = 0;
  let greatest = 0;
  let isDense = kind === "number" && !asText;
  for (let row = 0; row < keys.length; row++) {
    if (codes[row] !== region) continue;
    rowCount++;
    if (!isDense) continue;
    const key = Number(keys[row]);
    if (key < 0) isDense = false;
    else if (key > greatest) greatest = key;
  }
  const first =
    isDense && greatest < DENSE_FACTOR * rowCount
      ? denseFirst(greatest)
      : mapFirst(asText ? (key) => String(key) : (key) => key);
  for (let row = 0; row < keys.length; row++) {
    if (codes[row] !== region) continue;
    next[row] = first.get(keys[row]);
    first.set(keys[row], row);
  }
  return {
    find(key, visit) {
      const found = first.get(key);
      for (let row = found; row >= 0; row = next[row]) visit(row);
      return found >= 0;
    },
  };
}

interface FirstRows {
  /** -1 where there is none. */
  get(key: InstanceKey): number;
  set(key: InstanceKey, row: number): void;
}

function denseFirst(greatest: number): FirstRows {
  const rows = new Int32Array(greatest + 1).fill(-1);
  return {
    get: (key) => rows[key as number] ?? -1,
    set: (key, row) => {
      rows[key as number] = row;
    },
  };
}

function mapFirst(toKey: (key: InstanceKey) => InstanceKey): FirstRows {
  const rows = new Map<InstanceKey, number>();
  return {
    get: (key) => rows.get(toKey(key)) ?? -1,
    set: (key, row) => {
      rows.set(toKey(key), row);
    },
  };
}
