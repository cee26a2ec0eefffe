import { count, counted } from "@flashdeconv/core/internal";
import type { OpenedReference, Place, Runner } from "../run/protocol.js";
import type { ChoiceField } from "./choice-form.js";
import { tableView } from "./findings.js";
import { type Choices, createInputStep, type InputStep } from "./input-step.js";
import type { Live } from "./live.js";
import { labelOf } from "./run-options.js";

/** The reference: opened, its types counted. */
export function createReferenceStep(
  runner: Runner,
  onChange: (opened: OpenedReference | undefined) => void,
  live: Live,
): InputStep {
  return createInputStep<OpenedReference>(
    {
      id: "reference",
      title: "2. Reference",
      noun: "reference",
      hint: "Single cells of known types, as raw counts, in any of these formats; or a table of mean counts: .csv or .tsv with a row for each type, or one for each gene.",
      accept: ".zip,.h5ad,.h5,.csv,.tsv,.gz",
      open: (place: Place, choices: Choices, signal: AbortSignal) =>
        runner.openReference(place, choices, signal),
      size: sizeOf,
      facts: (opened) => (opened.types.length > 0 ? [typeTable(opened)] : []),
      choices: referenceFields,
      mustChoose: ({ types, typeColumns }) => types.length === 0 || typeColumns.length > 1,
      onChange,
    },
    live,
  );
}

function sizeOf({ cellCount, geneNames, types }: OpenedReference): string {
  const cells = cellCount === undefined ? "table of mean counts" : counted(cellCount, "cell");
  if (types.length === 0) return "Types: none found. Choose the column of obs that names them";
  return `${cells}, ${counted(types.length, "cell type")}, ${counted(geneNames.length, "gene")}`;
}

/** Types before they were looked at. */
function typeTable({ types }: OpenedReference): HTMLElement {
  const rows = types.map(({ name, cellCount }) => [name, cellCount === undefined ? "-" : count(cellCount)]);
  return tableView({ header: ["cell type", "cells"], rows });
}

function referenceFields(opened: OpenedReference | undefined, made: Choices): readonly ChoiceField[] {
  const columns = opened?.typeColumns ?? [];
  const tables = opened?.summary?.table?.tableNames ?? [];
  const layers = opened?.summary?.matrices.map(({ path }) => path) ?? [];
  const isTable = opened !== undefined && opened.summary === undefined;
  if (isTable) return [];
  const text = (id: string, label: string, hint: string): ChoiceField => ({
    id,
    label: labelOf(label),
    hint,
    value: made[id] ?? "",
  });
  return [
    columns.length > 0
      ? {
          id: "typeColumn",
          label: labelOf("typeColumn"),
          values: [
            ...(opened?.typeColumn === undefined ? [{ value: "", label: "choose one" }] : []),
            ...columns.map(({ name, valueCount }) => ({
              value: name,
              label: `${name} (${counted(valueCount, "value")})`,
            })),
          ],
          hint: columns
            .slice(0, 5)
            .map(
              ({ name, valueCount, examples }) =>
                `${name}: ${examples.slice(0, 3).join(", ")}${valueCount > 3 ? ", …" : ""}`,
            )
            .join("; "),
          value: opened?.typeColumn ?? "",
        }
      : text("typeColumn", "typeColumn", "the column of obs that names them"),
    ...(tables.length > 1
      ? [
          {
            id: "table",
            label: labelOf("referenceTable"),
            values: tables.map((value) => ({ value, label: value })),
            value: opened?.summary?.table?.name ?? "",
          },
        ]
      : []),
    ...(layers.length > 1
      ? [
          {
            id: "layer",
            label: labelOf("referenceLayer"),
            hint: "the one with raw counts",
            values: layers.map((path) => ({
              value: path === "raw/X" ? "raw" : path.replace(/^layers\//, ""),
              label: path,
            })),
            value: made.layer ?? "X",
          },
        ]
      : []),
    text("geneKey", "referenceGeneKey", "left empty: the index"),
  ];
}
