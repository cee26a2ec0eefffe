import {
  type ChunkSource,
  type DenseChunk,
  generatedSource,
  memorySource,
  type SpotRange,
  StoreError,
} from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable, SpotAnswers } from "../../contracts/answers.js";
import type { Checkpoint, PieceArray } from "../../contracts/checkpoint.js";
import type { RunContext } from "../../contracts/run-context.js";
import { statArray } from "../../runtime/allocator.js";
import { packPlain, unpackPlain } from "../../runtime/plain-piece.js";
import { MOST_KEPT_SPOTS, pieceName, rangesIn } from "../../runtime/run-pass.js";
import { coversAll, cutRange } from "../../runtime/spot-ranges.js";
import type { SolvedSection } from "./answer-section.js";
import { buildAnswerArrays } from "./spot-answers.js";

/** What does not belong to a spot. It is kept last: with it, all is there. */
const PIECE = "answer";
/** The pieces of what belongs to spots, range by range. */
const ROWS = { task: "refine", keptAs: "answerRows" } as const;
/** Rows that are handed on at once. */
const ROWS_PER_CHUNK = 4096;

type Precision = "float64" | "float32";

interface Head extends Omit<SolvedSection, "answers"> {
  readonly precision: Precision;
  readonly typeCount: number;
  readonly tables: readonly (Omit<AnswerTable, "values"> & { readonly width: number })[];
}

/** Keeps what has been solved for the process that writes it, which then needs neither statistics nor neighbours. */
export async function saveAnswer(
  { answers, summary: { programme, ...summary }, ...section }: SolvedSection,
  checkpoint: Checkpoint,
): Promise<void> {
  const { proportions, solverTables, totals, dominant, statuses, counts } = answers;
  for (const range of cutRange({ start: 0, end: summary.spotCount }, MOST_KEPT_SPOTS)) {
    const { start, end } = range;
    await checkpoint.save(pieceName(ROWS, range), async () => {
      const arrays: Record<string, PieceArray> = {
        totals: totals.subarray(start, end),
        dominant: dominant.subarray(start, end),
        statuses: Int32Array.from(statuses.subarray(start, end)),
        counts: counts.subarray(start, end),
        proportions: await rowsOf(proportions, range),
      };
      if (programme) arrays.sums = programme.sums.subarray(start, end);
      for (const [i, { values }] of solverTables.entries())
        arrays[tableName(i)] = await rowsOf(values, range);
      return { facts: null, arrays };
    });
  }
  const head: Head = {
    ...section,
    summary: { ...summary, ...(programme && { programme: { ...programme, sums: new Float64Array(0) } }) },
    precision: totals instanceof Float32Array ? "float32" : "float64",
    typeCount: proportions.width,
    tables: solverTables.map(({ values, ...table }) => ({ ...table, width: values.width })),
  };
  await checkpoint.save(PIECE, () => packPlain(head));
}

/** What another process has solved; undefined where it is not there, or not all of it. */
export async function loadAnswer({
  checkpoint,
  scratch,
}: Pick<RunContext, "checkpoint" | "scratch">): Promise<SolvedSection | undefined> {
  const piece = await checkpoint?.load(PIECE);
  if (!checkpoint || !piece) return undefined;
  const { precision, typeCount, tables, summary, ...section } = unpackPlain(piece) as Head;
  const { spotCount, programme } = summary;
  const ranges = rangesIn(checkpoint.names(), ROWS);
  if (!coversAll(ranges, spotCount)) return undefined;
  const spots = { ...buildAnswerArrays(spotCount, precision), counts: statArray(precision, spotCount) };
  const sums = programme && statArray(precision, spotCount);
  const widths: Record<string, number> = { proportions: typeCount, ...widthsOf(tables) };
  // On scratch there is no room for all rows: they are read from the pieces when they are asked for.
  const held = scratch ? undefined : buildRows(widths, spotCount, precision);
  for (const range of ranges) {
    const arrays = (await checkpoint.load(pieceName(ROWS, range)))?.arrays;
    if (!arrays) return undefined;
    const { start } = range;
    spots.totals.set(arrays.totals, start);
    spots.dominant.set(arrays.dominant, start);
    spots.statuses.set(arrays.statuses, start);
    spots.counts.set(arrays.counts, start);
    sums?.set(arrays.sums, start);
    for (const [name, rows] of Object.entries(held ?? {})) rows.set(arrays[name], start * widths[name]);
  }
  const source = (name: string): ChunkSource<DenseChunk> => {
    const width = widths[name];
    const values = held?.[name];
    return values
      ? memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values })
      : pieceSource({ name, width, spotCount }, ranges, checkpoint);
  };
  const answers: SpotAnswers = {
    ...spots,
    proportions: source("proportions"),
    solverTables: tables.map(({ width: _, ...table }, i) => ({ ...table, values: source(tableName(i)) })),
  };
  const whole = { ...summary, ...(programme && sums && { programme: { ...programme, sums } }) };
  return { ...section, summary: whole, answers };
}

function tableName(i: number): string {
  return `table${i}`;
}

function widthsOf(tables: Head["tables"]): Record<string, number> {
  return Object.fromEntries(tables.map(({ width }, i) => [tableName(i), width]));
}

function buildRows(
  widths: Readonly<Record<string, number>>,
  spotCount: number,
  precision: Precision,
): Record<string, StatArray> {
  const built = ([name, width]: [string, number]) => [name, statArray(precision, spotCount * width)] as const;
  return Object.fromEntries(Object.entries(widths).map(built));
}

async function rowsOf(source: ChunkSource<DenseChunk>, { start, end }: SpotRange): Promise<StatArray> {
  let rows: StatArray | undefined;
  for await (const { values, spotStart } of source.chunks({ spotRange: { start, end } })) {
    const precision = values instanceof Float32Array ? "float32" : "float64";
    rows ??= statArray(precision, (end - start) * source.width);
    rows.set(values, (spotStart - start) * source.width);
  }
  return rows ?? new Float64Array(0);
}

/** Rows that lie in pieces, of which one is held at a time. */
function pieceSource(
  { name, ...shape }: { readonly name: string; readonly width: number; readonly spotCount: number },
  ranges: readonly SpotRange[],
  checkpoint: Checkpoint,
): ChunkSource<DenseChunk> {
  let held: { readonly range: SpotRange; readonly rows: StatArray } | undefined;
  const load = async (spot: number) => {
    const isIn = ({ start, end }: SpotRange) => start <= spot && spot < end;
    if (held && isIn(held.range)) return held;
    const range = ranges.find(isIn) as SpotRange;
    const rows = (await checkpoint.load(pieceName(ROWS, range)))?.arrays[name] as StatArray | undefined;
    if (!rows) throw goneMeanwhile(pieceName(ROWS, range));
    held = { range, rows };
    return held;
  };
  return generatedSource({ ...shape, spotsPerChunk: ROWS_PER_CHUNK }, async (spotStart, end) => {
    const { width } = shape;
    const { range, rows } = await load(spotStart);
    const values = rows.slice((spotStart - range.start) * width, (end - range.start) * width);
    return { kind: "dense", spotStart, spotCount: end - spotStart, width, values };
  });
}

function goneMeanwhile(path: string): StoreError {
  return new StoreError({
    path,
    found: "a piece of the run that is gone or damaged since it was looked at",
    expected: "what was solved to stay until it is written",
    remedy: "Run this again: what is missing is then solved again.",
  });
}
