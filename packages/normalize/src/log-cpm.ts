import type { CsrChunk, Values } from "@flashdeconv/core";
import { buildCountLogs, fillCountLogs } from "@flashdeconv/core/internal";

/** Base of the logarithm: `"e"` for natural, 2 for the article's scale. */
export type LogBase = "e" | 2;

export interface LogCpm {
  readonly kind: "log-cpm";
  /** Library size every spot is scaled to before the logarithm. */
  readonly targetSum: number;
  readonly logBase: LogBase;
}

/**
 * Replaces each value y of the chunk by log(1 + targetSum * y / library size), the library size being the sum of that
 * row of the chunk. Rows whose library size is 0 become 0.
 *
 * Source: FlashDeconv article, Methods ("log-CPM"), with the target sum and the base as parameters.
 */
export function logCpmInPlace(chunk: CsrChunk, { targetSum, logBase }: LogCpm): void {
  const { indptr, values, spotCount } = chunk;
  const scale: RowScale = { targetSum, logBase, logs: buildCountLogs() };
  for (let row = 0; row < spotCount; row++) {
    logCpmRow(values, indptr[row], indptr[row + 1], scale);
  }
}

/** What all rows share: the scale, and room for a table of logarithms. */
export interface RowScale {
  readonly targetSum: number;
  readonly logBase: LogBase;
  readonly logs: Float64Array;
}

/** The same for one row, which lies at `start .. end` of `values`. */
export function logCpmRow(
  values: Values,
  start: number,
  end: number,
  { targetSum, logBase, logs }: RowScale,
): void {
  let librarySize = 0;
  let greatest = 0;
  let isWhole = true;
  for (let i = start; i < end; i++) {
    const value = values[i];
    librarySize += value;
    if (value > greatest) greatest = value;
    if (!(value >= 0 && Math.floor(value) === value)) isWhole = false;
  }
  const scale = librarySize > 0 ? targetSum / librarySize : 0;
  const perNaturalLog = logBase === 2 ? Math.LOG2E : 1;
  if (isWhole && fillCountLogs(logs, scale, greatest, end - start)) {
    for (let i = start; i < end; i++) values[i] = perNaturalLog * logs[values[i] | 0];
    return;
  }
  // log1p keeps the digits that 1 + x would drop for the small x of deep libraries.
  for (let i = start; i < end; i++) values[i] = perNaturalLog * Math.log1p(scale * values[i]);
}
