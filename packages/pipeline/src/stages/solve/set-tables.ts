import { type ChunkSource, type DenseChunk, mapChunks } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable } from "../../contracts/answers.js";
import { PLACES } from "../table-names.js";
import { classOf, setClasses } from "./set-classes.js";

export interface ChosenSets {
  /** As `TypeChooser` writes them. */
  readonly rows: ChunkSource<DenseChunk>;
  readonly mostTypes: number;
  /** The place of each of the rows' types among the names of the result. */
  readonly columns: readonly number[];
  readonly dtype: "float64" | "float32";
}

/** Where a row has its types, and those of the second-best set. */
export const setPlaces = (mostTypes: number) => ({
  types: 2,
  counts: 2 + mostTypes,
  others: 2 + 2 * mostTypes,
});

/**
 * What is said of sets: their class and score, their types, and those of the second-best set.
 *
 * @param proportions of the result: a set's types are in their order
 */
export function setTables(
  { rows, mostTypes, columns, dtype }: ChosenSets,
  proportions: ChunkSource<DenseChunk>,
  typeNames: readonly string[],
): AnswerTable[] {
  const { types, others } = setPlaces(mostTypes);
  const classes = column(rows, ({ values }, at) => {
    let size = 0;
    while (size < mostTypes && values[at + types + size] >= 0) size++;
    return classOf(size, values[at], mostTypes);
  });
  const scores = column(rows, ({ values }, at) => (values[at + others] >= 0 ? values[at + 1] : Number.NaN));
  const ofPlace = (place: number) =>
    column(proportions, ({ values, width }, at) => greatest(values, { at, width }, place));
  const ofOther = (place: number) =>
    column(rows, ({ values }, at) => columns[values[at + others + place]] ?? -1);
  const places = PLACES.slice(0, mostTypes);
  return [
    category("class", setClasses(mostTypes), classes),
    { name: "class_score", dtype, columns: ["class_score"], isColumn: true, values: scores },
    ...places.map((name, place) => category(name, typeNames, ofPlace(place))),
    ...places.map((name, place) => category(`other_${name}`, typeNames, ofOther(place))),
  ];
}

function category(name: string, categories: readonly string[], values: AnswerTable["values"]): AnswerTable {
  return { name, dtype: "category", columns: [name], isColumn: true, categories, values };
}

/** A number of each row, found anew whenever it is read. */
function column(
  source: ChunkSource<DenseChunk>,
  numberOf: (chunk: DenseChunk, at: number) => number,
): ChunkSource<DenseChunk> {
  const numbersOf = (chunk: DenseChunk) => {
    const { values, spotCount, width } = chunk;
    const own = values instanceof Float32Array ? new Float32Array(spotCount) : new Float64Array(spotCount);
    for (let row = 0; row < spotCount; row++) own[row] = numberOf(chunk, row * width);
    return own;
  };
  return mapChunks(source, (chunk) => ({ ...chunk, width: 1, values: numbersOf(chunk) }), 1);
}

interface Row {
  readonly at: number;
  readonly width: number;
}

/** The column of the greatest number of a row that is above 0, of the second greatest, and so on; of equals the first; -1 where there is none. */
function greatest(values: StatArray, { at, width }: Row, place: number): number {
  let last = -1;
  let bound = Number.POSITIVE_INFINITY;
  for (let count = 0; count <= place; count++) {
    let best = -1;
    for (let k = 0; k < width; k++) {
      const value = values[at + k];
      const isLeft = value < bound || (value === bound && k > last);
      if (isLeft && value > 0 && (best < 0 || value > values[at + best])) best = k;
    }
    if (best < 0) return -1;
    last = best;
    bound = values[at + best];
  }
  return last;
}
