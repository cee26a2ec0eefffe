import type { Notice } from "@flashdeconv/core";
import type { CheckedTypes } from "@flashdeconv/pipeline/internal";
import { type CheckedPlaces, checkFindings, checkJson, formatCount } from "@flashdeconv/results/internal";
import { FLAGS } from "../options/option-flags.js";
import { indent, table } from "./table.js";
import type { Outcome } from "./terminal.js";

export function describeCheck(
  checked: CheckedTypes,
  places: CheckedPlaces,
  notices: readonly Notice[],
): Outcome {
  const json = checkJson(checked, places, FLAGS);
  return {
    lines: [
      ...checkFindings(checked, places, FLAGS).map(({ text }) => text),
      "",
      ...indent(typeTable(json.cell_types)),
    ],
    json: { ...json, notices },
  };
}

function typeTable(types: ReturnType<typeof checkJson>["cell_types"]): string[] {
  return table(
    ["cell type", "cells", "found", "marker", "fold change"],
    types.map(({ name, cell_count, found, marker, fold_change }) => [
      name,
      cell_count === null ? "-" : formatCount(cell_count),
      found === null ? "-" : found.toFixed(2),
      marker ?? "-",
      fold_change === null ? "-" : foldText(fold_change),
    ]),
  );
}

function foldText(fold: number): string {
  return fold < 10 ? fold.toFixed(1) : formatCount(Number(fold.toPrecision(2)));
}
