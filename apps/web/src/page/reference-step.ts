import { count, counted } from "@flashdeconv/core/internal";
import type { OpenedReference, Place, Runner } from "../run/protocol.js";
import type { ChoiceField } from "./choice-form.js";
import { findings, valuesInWords } from "./findings.js";
import { h } from "./h.js";
import { type Choices, createInputStep, type InputStep } from "./input-step.js";
import type { Live } from "./live.js";

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
      hint: "Single cells of known types, as raw counts, in any of these formats; or a table of mean counts: .csv or .tsv with a row for each gene and a column for each type.",
      accept: ".zip,.h5ad,.h5,.csv,.tsv,.gz",
      open: (place: Place, choices: Choices, signal: AbortSignal) =>
        runner.openReference(place, choices, signal),
      facts: (opened) => [
        findings(opened.name, referenceLines(opened), opened.notices),
        ...(opened.types.length > 0 ? [typeTable(opened)] : []),
      ],
      told: ({ name, types }) =>
        types.length > 0
          ? `Opened ${name}: ${counted(types.length, "cell type")}`
          : `Opened ${name}: choose the column that names the types`,
      choices: referenceFields,
      mustChoose: ({ types, typeColumns }) => types.length === 0 || typeColumns.length > 1,
      onChange,
    },
    live,
  );
}

function referenceLines(opened: OpenedReference): string[] {
  const { called, summary, cellCount, geneNames, typeColumn, types, unlabelledCount, counts, countsInWords } =
    opened;
  const kind = called ?? (summary ? `AnnData in Zarr v${summary.zarrFormat}` : "Table of mean counts");
  const cells = cellCount === undefined ? "" : `${counted(cellCount, "cell")}, `;
  return [
    `${kind}: ${cells}${counted(geneNames.length, "gene")}`,
    ...(countsInWords && counts ? [`Values: ${valuesInWords(countsInWords, counts, "cell")}`] : []),
    types.length === 0
      ? "Types: none found. Choose the column of obs that names them"
      : `Types: ${count(types.length)}${typeColumn === undefined ? "" : `, of the column ${typeColumn}`}`,
    ...(unlabelledCount > 0 ? [`${counted(unlabelledCount, "cell")} without a type, left out`] : []),
  ];
}

function typeTable({ types }: OpenedReference): HTMLElement {
  const hasCounts = types.some(({ cellCount }) => cellCount !== undefined);
  const rows = types.map(({ name, cellCount }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      hasCounts && h("td", {}, cellCount === undefined ? "–" : count(cellCount)),
    ),
  );
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "Cell type"),
    hasCounts && h("th", { scope: "col" }, "Cells"),
  );
  return h(
    "details",
    { open: types.length <= 12 },
    h("summary", {}, counted(types.length, "cell type")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Cell types" },
      h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)),
    ),
  );
}

function referenceFields(opened: OpenedReference | undefined, made: Choices): readonly ChoiceField[] {
  const columns = opened?.typeColumns ?? [];
  const tables = opened?.summary?.table?.tableNames ?? [];
  const layers = opened?.summary?.matrices.map(({ path }) => path) ?? [];
  const isTable = opened !== undefined && opened.summary === undefined;
  if (isTable) return [];
  const text = (id: string, label: string, hint: string): ChoiceField => ({
    id,
    label,
    hint,
    value: made[id] ?? "",
  });
  return [
    columns.length > 0
      ? {
          id: "typeColumn",
          label: "Column of types",
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
      : text("typeColumn", "Column of types", "the column of obs that names them"),
    ...(tables.length > 1
      ? [
          {
            id: "table",
            label: "Table of the reference",
            values: tables.map((value) => ({ value, label: value })),
            value: opened?.summary?.table?.name ?? "",
          },
        ]
      : []),
    ...(layers.length > 1
      ? [
          {
            id: "layer",
            label: "Matrix of the reference",
            hint: "the one with raw counts",
            values: layers.map((path) => ({
              value: path === "raw/X" ? "raw" : path.replace(/^layers\//, ""),
              label: path,
            })),
            value: made.layer ?? "X",
          },
        ]
      : []),
    text("geneKey", "Column of var with gene names", "left empty: the index"),
  ];
}
