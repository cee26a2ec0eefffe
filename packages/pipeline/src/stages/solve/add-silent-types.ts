import { type ChunkSource, type DenseChunk, mapChunks } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { SpotAnswers } from "../../contracts/answers.js";

/**
 * The answers with a column for each type that took no part in the fit: 0 in every spot, also in one that gets equal shares of the
 * others. A spot without an answer stays NaN throughout, and so does what the solver's tables say of such a type.
 *
 * @param typeNames of the answers' columns
 * @param silentTypes other names
 */
export function addSilentTypes(
  answers: SpotAnswers,
  typeNames: readonly string[],
  silentTypes: readonly string[],
): { readonly typeNames: readonly string[]; readonly answers: SpotAnswers } {
  if (silentTypes.length === 0) return { typeNames, answers };
  const all = [...typeNames, ...silentTypes].sort(compareCodePoints);
  const columns = typeNames.map((name) => all.indexOf(name));
  const proportions = withColumns(answers.proportions, columns, { width: all.length, fill: 0 });
  const solverTables = answers.solverTables.map((table) =>
    table.columns === "types"
      ? { ...table, values: withColumns(table.values, columns, { width: all.length, fill: Number.NaN }) }
      : table,
  );
  const dominant = answers.dominant.map((type) => (type < 0 ? type : columns[type]));
  return { typeNames: all, answers: { ...answers, proportions, dominant, solverTables } };
}

interface Spreading {
  readonly width: number;
  /** In the columns that are added. */
  readonly fill: number;
}

/** Rows with columns for types that took no part in the fit. */
function withColumns(
  source: ChunkSource<DenseChunk>,
  columns: readonly number[],
  to: Spreading,
): ChunkSource<DenseChunk> {
  const { width } = to;
  return mapChunks(
    source,
    (chunk) => ({ ...chunk, width, values: spread(chunk.values, columns, to) }),
    width,
  );
}

function spread(rows: StatArray, columns: readonly number[], { width, fill }: Spreading): StatArray {
  const { length: oldWidth } = columns;
  const spotCount = rows.length / oldWidth;
  const out =
    rows instanceof Float32Array ? new Float32Array(spotCount * width) : new Float64Array(spotCount * width);
  for (let spot = 0; spot < spotCount; spot++) {
    const from = spot * oldWidth;
    const to = spot * width;
    // A spot without an answer has none for any type.
    out.fill(fill === 0 && Number.isNaN(rows[from]) ? Number.NaN : fill, to, to + width);
    for (let k = 0; k < oldWidth; k++) out[to + columns[k]] = rows[from + k];
  }
  return out;
}
