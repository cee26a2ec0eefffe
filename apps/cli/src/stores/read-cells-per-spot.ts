import { OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { readColumn } from "@flashdeconv/io-zarr";
import { storeBelow } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { asGiven, type ObsColumn } from "../options/cells-flag.js";

export interface CellsColumn {
  readonly cellsPerSpot: ObsColumn;
  readonly tablePath: string | undefined;
  readonly spotCount: number;
}

/** The cells of each spot that a column of the section says. Throws OptionError for one that does not say it of all. */
export async function readCellsPerSpot(
  store: ReadableStore,
  { cellsPerSpot, tablePath, spotCount }: CellsColumn,
  signal: AbortSignal,
): Promise<Float64Array> {
  const refuse = (rule: string) =>
    new OptionError({
      option: "--cells-per-spot",
      value: asGiven(cellsPerSpot),
      rule,
      remedy: "Name a column that says it, or give one number.",
    });
  const column = await readColumn(storeBelow(store, tablePath ?? ""), `obs/${cellsPerSpot.column}`, {
    signal,
  });
  if (column.kind !== "number") throw refuse(`a column of numbers; this one is of kind ${column.kind}`);
  const { values } = column;
  if (values.length !== spotCount) {
    throw refuse(
      `a number for each of ${numbered(spotCount, "spot")}; this column has ${numbered(values.length, "row")}`,
    );
  }
  const bad = values.filter((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad.length === 0) return values;
  throw refuse(
    `a number of at least 0 for every spot; ${numbered(bad.length, "spot")} of ${spotCount} ${bad.length === 1 ? "has" : "have"} another, as ${bad[0]}`,
  );
}
