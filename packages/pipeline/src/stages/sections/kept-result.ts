import { type ChunkSource, collect, type DenseChunk, memorySource, type SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable, Deconvolution } from "../../contracts/answers.js";
import type { Checkpoint, Piece, PieceArray } from "../../contracts/checkpoint.js";
import type { ScratchUse } from "../../contracts/scratch.js";
import { statArray } from "../../runtime/allocator.js";
import { packPlain, unpackPlain } from "../../runtime/plain-piece.js";
import { MOST_KEPT_SPOTS, type PieceNaming, pieceName, rangesIn } from "../../runtime/run-pass.js";
import { bytesOf } from "../../runtime/scratch/bytes-of.js";
import { rowFileSource } from "../../runtime/scratch/row-file.js";
import { coversAll, cutRange } from "../../runtime/spot-ranges.js";
import { buildAnswerArrays } from "../solve/spot-answers.js";

/** A section of a store, by its place among the sections. */
export interface SectionPlace {
  readonly section: number;
  readonly spotCount: number;
}

interface RowsShape {
  readonly width: number;
  readonly precision: "float64" | "float32";
}

/** What does not belong to a spot. */
interface Head extends Pick<Deconvolution, "typeNames" | "signature" | "parameters" | "notices"> {
  readonly precision: RowsShape["precision"];
  /** Of the proportions first, then of the tables that have rows of their own. */
  readonly rows: readonly RowsShape[];
  readonly tables: readonly (Omit<AnswerTable, "values"> & { readonly rowsAt: number })[];
}

/** Keeps the result of a section for the process that joins those of all. Its head is kept last: with it, all is there. */
export async function saveResult(
  section: number,
  { spotCount, proportions, tables, totals, dominant, statuses, counts, ...rest }: Deconvolution,
  write: (name: string, piece: Piece) => Promise<void>,
): Promise<void> {
  const sources = [...new Set([proportions, ...tables.map(({ values }) => values)])];
  const shapes: RowsShape[] = [];
  for (const range of cutRange({ start: 0, end: spotCount }, MOST_KEPT_SPOTS)) {
    const { start, end } = range;
    const arrays: Record<string, PieceArray> = {
      totals: totals.subarray(start, end),
      dominant: dominant.subarray(start, end),
      statuses: Int32Array.from(statuses.subarray(start, end)),
      counts: counts.subarray(start, end),
    };
    for (const [i, source] of sources.entries()) {
      const rows = await rowsOf(source, range);
      shapes[i] = { width: source.width, precision: precisionOf(rows) };
      arrays[rowsName(i)] = rows;
    }
    await write(pieceName(rowsNaming(section), range), { facts: null, arrays });
  }
  const { typeNames, signature, parameters, notices } = rest;
  const head: Head = {
    ...{ typeNames, signature, parameters, notices },
    precision: precisionOf(totals),
    rows: shapes,
    tables: tables.map(({ values, ...table }) => ({ ...table, rowsAt: sources.indexOf(values) })),
  };
  await write(headName({ section, spotCount }), packPlain(head));
}

/** Whether all of a section's result is there, by the names of its pieces. */
export function hasResult(place: SectionPlace, names: readonly string[]): boolean {
  return names.includes(headName(place)) && coversAll(rangesOf(place, names), place.spotCount);
}

/** The same, with a look at each piece. */
export async function isResultWhole(
  place: SectionPlace,
  { names, load }: Pick<Checkpoint, "names" | "load">,
): Promise<boolean> {
  if (!hasResult(place, names())) return false;
  for (const range of rangesOf(place, names())) {
    if (!(await load(pieceName(rowsNaming(place.section), range)))) return false;
  }
  return (await load(headName(place))) !== undefined;
}

/** What another process has found of a section, its rows on scratch where there is some; undefined where not all of it is there. */
export async function loadResult(
  place: SectionPlace,
  { names, load }: Pick<Checkpoint, "names" | "load">,
  scratch: ScratchUse | undefined,
): Promise<Deconvolution | undefined> {
  const { section, spotCount } = place;
  const piece = hasResult(place, names()) ? await load(headName(place)) : undefined;
  if (!piece) return undefined;
  const { precision, rows, tables, ...head } = unpackPlain(piece) as Head;
  const spots = { ...buildAnswerArrays(spotCount, precision), counts: statArray(precision, spotCount) };
  const keepers = await Promise.all(rows.map((shape, i) => keeperOf({ ...shape, spotCount }, i, scratch)));
  for (const range of rangesOf(place, names())) {
    const arrays = (await load(pieceName(rowsNaming(section), range)))?.arrays;
    if (!arrays) return undefined;
    const { start } = range;
    spots.totals.set(arrays.totals, start);
    spots.dominant.set(arrays.dominant, start);
    spots.statuses.set(arrays.statuses, start);
    spots.counts.set(arrays.counts, start);
    for (const [i, keeper] of keepers.entries()) await keeper.add(arrays[rowsName(i)] as StatArray, start);
  }
  const sources = keepers.map(({ source }) => source);
  return {
    ...{ ...head, ...spots, spotCount },
    proportions: sources[0],
    tables: tables.map(({ rowsAt, ...table }) => ({ ...table, values: sources[rowsAt] })),
  };
}

interface RowsKeeper {
  readonly source: ChunkSource<DenseChunk>;
  add(rows: StatArray, firstSpot: number): void | Promise<void>;
}

/** Takes rows in, in memory or in a file. */
async function keeperOf(
  shape: RowsShape & Pick<SectionPlace, "spotCount">,
  i: number,
  scratch: ScratchUse | undefined,
): Promise<RowsKeeper> {
  const { width, precision, spotCount } = shape;
  const file = await scratch?.scratch.create(`result-${rowsName(i)}`);
  if (file) {
    return {
      source: rowFileSource(file, shape),
      add: (rows, firstSpot) => file.write(bytesOf(rows), firstSpot * width * rows.BYTES_PER_ELEMENT),
    };
  }
  const values = statArray(precision, spotCount * width);
  return {
    source: memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values }),
    add: (rows, firstSpot) => values.set(rows, firstSpot * width),
  };
}

function rowsNaming(section: number): PieceNaming {
  return { task: "refine", keptAs: `section${section + 1}` };
}

function headName({ section, spotCount }: SectionPlace): string {
  return pieceName({ task: "refine", keptAs: `sectionHead${section + 1}` }, { start: 0, end: spotCount });
}

function rangesOf({ section }: SectionPlace, names: readonly string[]): SpotRange[] {
  return rangesIn(names, rowsNaming(section));
}

function rowsName(i: number): string {
  return `rows${i}`;
}

function precisionOf(values: StatArray): RowsShape["precision"] {
  return values instanceof Float32Array ? "float32" : "float64";
}

async function rowsOf(source: ChunkSource<DenseChunk>, spotRange: SpotRange): Promise<StatArray> {
  const { values } = await collect(source, { spotRange });
  return values instanceof Float32Array || values instanceof Float64Array
    ? values
    : Float64Array.from(values);
}
