import type { ColumnValues } from "./column-values.js";
import { columnTexts } from "./name-source.js";

/** A column as numbers of its values. */
export interface Labels {
  /** Position in `names`; -1 where missing or empty. */
  readonly codes: Int32Array;
  /** Only values that occur, in the order of the column's categories, else of their first row. */
  readonly names: readonly string[];
}

export function encodeLabels(column: ColumnValues): Labels {
  const { codes, texts } = column.kind === "categorical" ? coded(column) : numbered(columnTexts(column));
  const isUsed = new Uint8Array(texts.length);
  for (const code of codes) if (code >= 0) isUsed[code] = 1;
  const numberOf = new Int32Array(texts.length);
  let count = 0;
  for (let i = 0; i < texts.length; i++) if (isUsed[i]) numberOf[i] = count++;
  return {
    codes: codes.map((code) => (code < 0 ? -1 : numberOf[code])),
    names: texts.filter((_, i) => isUsed[i]),
  };
}

function coded({ codes, categories }: Extract<ColumnValues, { kind: "categorical" }>) {
  const empty = categories.indexOf("");
  return { codes: empty < 0 ? codes : codes.map((code) => (code === empty ? -1 : code)), texts: categories };
}

function numbered(values: readonly string[]) {
  const numbers = new Map<string, number>();
  const codes = Int32Array.from(values, (text) => {
    if (text === "") return -1;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
  return { codes, texts: [...numbers.keys()] };
}
