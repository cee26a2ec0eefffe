import { FormatError } from "@flashdeconv/core";
import { readColumnOf } from "../column-values.js";
import { type Hierarchy, join } from "../hierarchy.js";
import { columnTexts } from "../name-source.js";
import type { Annotation } from "./annotation.js";

/** The element each row of a table is about. */
export interface Regions {
  /** Position in `names`, one per row. */
  readonly codes: Int32Array;
  /** Only those that a row is about, in the order of the column's categories, else of their first row. */
  readonly names: readonly string[];
}

/** Reads `obs/<region_key>`. Throws FormatError naming the first row without a region. */
export async function readRegions(
  table: Hierarchy,
  { regionKey }: Annotation,
  signal?: AbortSignal,
): Promise<Regions> {
  const column = await readColumnOf(table, "obs", regionKey, signal);
  const { codes, names } =
    column.kind === "categorical"
      ? { codes: column.codes, names: column.categories }
      : encode(columnTexts(column));
  const missing = codes.indexOf(-1);
  if (missing >= 0) {
    throw new FormatError({
      path: join("obs", regionKey),
      found: `no region in row ${missing}`,
      expected: "the name of an element in every row",
      remedy: "Fill the column, or leave these rows out.",
    });
  }
  return withoutUnused(codes, names);
}

function encode(texts: readonly string[]) {
  const numbers = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === "") return -1;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
  return { codes, names: [...numbers.keys()] };
}

function withoutUnused(codes: Int32Array, names: readonly string[]): Regions {
  const isUsed = new Uint8Array(names.length);
  for (let row = 0; row < codes.length; row++) isUsed[codes[row]] = 1;
  const numberOf = new Int32Array(names.length);
  let count = 0;
  for (let i = 0; i < names.length; i++) if (isUsed[i]) numberOf[i] = count++;
  return {
    codes: codes.map((code) => numberOf[code]),
    names: names.filter((_, i) => isUsed[i]),
  };
}
