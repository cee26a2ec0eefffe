import { type ChunkSource, type DenseChunk, mapChunks, memorySource } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Deconvolution } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary, SpotStatistics } from "../../contracts/summary.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { divisorsOf } from "./amount.js";
import { finishAnswer } from "./finish-answer.js";
import { noteAlikeTypes } from "./note-alike-types.js";
import { noteOutcome } from "./note-outcome.js";
import { setPlaces, setTables } from "./set-tables.js";
import {
  type AnswerArrays,
  type AnswerRules,
  buildAnswerArrays,
  MISMATCH,
  spotAnswerer,
} from "./spot-answers.js";

/** Spots whose proportions are made at once. */
const SPOTS_PER_CHUNK = 16_384;

export interface SetsToAnswer {
  readonly summary: SectionSummary;
  /** As `chooseSection` gives them. */
  readonly sets: SpotStatistics;
  readonly mostTypes: number;
}

const NOTHING_SOLVED = { sweeps: 0, converged: true, proportionErrorEstimate: 0, doubleFrom: undefined };

/** What sets of at most so many types, chosen spot by spot, say of a section. Nothing is left to be solved. */
export async function answerSets(
  { summary, sets, mostTypes }: SetsToAnswer,
  options: SolveSummaryOptions,
  run: RunContext,
): Promise<Deconvolution> {
  const { notices } = run;
  const { spotCount, reference, librarySizes } = summary;
  noteAlikeTypes(reference, notices);
  const typeCount = reference.typeNames.length;
  const dtype = precisionOf(summary);
  const rules = { ...options, divisors: divisorsOf(summary, options) };
  const rows = isSource(sets) ? sets : sourceOf(sets, spotCount);
  const spread = rowSpreader({ typeCount, mostTypes, librarySizes }, rules);
  const arrays = buildAnswerArrays(spotCount, dtype);
  run.report({ stage: "solve", done: 0, total: undefined });
  for await (const chunk of rows.chunks({ signal: run.signal })) {
    const own = buildAnswerArrays(chunk.spotCount, dtype);
    spread(chunk, own);
    arrays.totals.set(own.totals, chunk.spotStart);
    arrays.dominant.set(own.dominant, chunk.spotStart);
    arrays.statuses.set(own.statuses, chunk.spotStart);
  }
  noteOutcome(arrays, NOTHING_SOLVED, options, notices);
  if (summary.score?.level === "red") arrays.statuses.fill(MISMATCH);
  const dense = (chunk: DenseChunk): DenseChunk => ({
    ...chunk,
    width: typeCount,
    values: spread(chunk, buildAnswerArrays(chunk.spotCount, dtype)),
  });
  const proportions = mapChunks(rows, dense, typeCount);
  const solved = { ...arrays, proportions, counts: librarySizes, solverTables: [] };
  return finishAnswer(
    summary,
    {
      solved,
      solution: NOTHING_SOLVED,
      session: { settings: {} },
      moreTables(answers, typeNames) {
        const columns = reference.typeNames.map((name) => typeNames.indexOf(name));
        return setTables({ rows, mostTypes, columns, dtype }, answers.proportions, typeNames);
      },
      // Nothing came near an optimum by sweeps.
      moreFacts: { tolerance: null, proportion_error_estimate: null },
    },
    options,
    run,
  );
}

function sourceOf(values: StatArray, spotCount: number): ChunkSource<DenseChunk> {
  const width = values.length / spotCount;
  const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width, values };
  return memorySource(table, { spotsPerChunk: SPOTS_PER_CHUNK });
}

interface RowsToSpread {
  readonly typeCount: number;
  readonly mostTypes: number;
  readonly librarySizes: StatArray;
}

/** Makes proportions of rows of sets, K a spot, and fills in what else is known of their spots, by their places in the chunk. */
function rowSpreader(
  { typeCount, mostTypes, librarySizes }: RowsToSpread,
  rules: AnswerRules,
): (chunk: DenseChunk, arrays: AnswerArrays) => StatArray {
  const { types, counts } = setPlaces(mostTypes);
  return ({ values, spotStart, spotCount, width }, arrays) => {
    const length = spotCount * typeCount;
    const out = values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
    const answer = spotAnswerer(arrays, typeCount, rules);
    for (let row = 0; row < spotCount; row++) {
      const at = row * width;
      const depth = librarySizes[spotStart + row];
      for (let place = 0; place < mostTypes; place++) {
        const type = values[at + types + place];
        if (type >= 0) out[row * typeCount + type] = values[at + counts + place] / depth;
      }
      answer(row, out, row * typeCount, depth);
    }
    return out;
  };
}
