import { mapChunks } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { SpotAnswers } from "../../contracts/answers.js";

/**
 * The answers with a column for each type that took no part in the fit: 0 in every spot, also in one that gets equal shares of the
 * others. A spot without an answer stays NaN throughout.
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
  const proportions = mapChunks(
    answers.proportions,
    (chunk) => ({ ...chunk, width: all.length, values: spread(chunk.values, columns, all.length) }),
    all.length,
  );
  const dominant = answers.dominant.map((type) => (type < 0 ? type : columns[type]));
  return { typeNames: all, answers: { ...answers, proportions, dominant } };
}

function spread(rows: StatArray, columns: readonly number[], width: number): StatArray {
  const { length: oldWidth } = columns;
  const spotCount = rows.length / oldWidth;
  const out =
    rows instanceof Float32Array ? new Float32Array(spotCount * width) : new Float64Array(spotCount * width);
  for (let spot = 0; spot < spotCount; spot++) {
    const from = spot * oldWidth;
    const to = spot * width;
    // A spot without an answer has none for any type.
    if (Number.isNaN(rows[from])) out.fill(Number.NaN, to, to + width);
    else for (let k = 0; k < oldWidth; k++) out[to + columns[k]] = rows[from + k];
  }
  return out;
}
