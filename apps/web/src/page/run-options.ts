import { OPTION_FLAGS } from "@flashdeconv/results/internal";
import type { RunOptions } from "../run/protocol.js";

export type MethodName = "refined" | "weighted" | "poisson" | "flashdeconv";

/** Methods, and what to choose each for. */
export const METHODS: readonly { readonly name: MethodName; readonly hint: string }[] = [
  { name: "refined", hint: "the default: models counts, and goes by each spot's own" },
  { name: "weighted", hint: "faster and less accurate" },
  { name: "poisson", hint: "likelihood of counts; slower than refined, as accurate" },
  { name: "flashdeconv", hint: "the article's; also for values that are not raw counts" },
];

export const DEFAULT_METHOD: MethodName = "refined";

const COUNT_METHODS: readonly MethodName[] = ["refined", "weighted", "poisson"];

/** An option in the form. */
export interface Field {
  readonly id: keyof RunOptions;
  readonly label: string;
  readonly hint: string;
  readonly kind: "number" | "choice" | "tick";
  readonly least?: number;
  readonly most?: number;
  readonly isWhole?: boolean;
  /** Of a choice; the first is the default. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  /** All by default. */
  readonly methods?: readonly MethodName[];
}

/** Told beside the methods and smoothing. */
export const FIELDS: readonly Field[] = [
  {
    id: "intervals",
    label: "Intervals",
    hint: "how sure each proportion is: 90 % hold the truth if the reference is right",
    kind: "tick",
    methods: COUNT_METHODS,
  },
  {
    id: "workerCount",
    label: "Workers",
    hint: "left empty: as many as are worth it",
    kind: "number",
    least: 1,
    most: 64,
    isWhole: true,
  },
];

/** Folded away. */
export const ADVANCED: readonly Field[] = [
  {
    id: "maxTypes",
    label: "Types in a spot, at most",
    hint: "2 is for beads and bins of one or two cells; left empty: as many as its counts ask for",
    kind: "number",
    least: 1,
    most: 4,
    isWhole: true,
    methods: ["refined", "poisson"],
  },
  {
    id: "amount",
    label: "Shares of",
    hint: "counts measure RNA; for cells a type's RNA is divided by the counts of its cells",
    kind: "choice",
    choices: [
      { value: "rna", label: "RNA" },
      { value: "cells", label: "cells" },
    ],
  },
  {
    id: "neighborCount",
    label: "Neighbours",
    hint: "per spot; left empty: 6",
    kind: "number",
    least: 1,
    most: 100,
    isWhole: true,
  },
  {
    id: "fewCounts",
    label: "Few counts",
    hint: "spots with fewer are marked; left empty: 10",
    kind: "number",
    least: 0,
  },
  {
    id: "platformCorrection",
    label: "Platform correction",
    hint: "adapts the reference to the section's totals",
    kind: "choice",
    choices: [
      { value: "true", label: "on" },
      { value: "false", label: "off" },
    ],
    methods: COUNT_METHODS,
  },
  {
    id: "allowNonCounts",
    label: "Accept values that are not whole numbers",
    hint: "logged or scaled values give wrong proportions",
    kind: "tick",
  },
];

const LABELS: Readonly<Record<string, string>> = {
  method: "Method",
  smoothing: "Smoothing",
  ...Object.fromEntries([...FIELDS, ...ADVANCED].map(({ id, label }) => [id, label])),
  workers: "Workers",
  maxMemory: "the memory of the command line",
  layer: "Matrix",
  referenceLayer: "Matrix of the reference",
  table: "Table",
  referenceTable: "Table of the reference",
  bin: "Bins",
  typeColumn: "Column of types",
  cellTypeKey: "Column of types",
  geneKey: "Column of var with gene names",
  referenceGeneKey: "Column of var with gene names of the reference",
  spatialKey: "Coordinates in obsm",
  spatialColumns: "Columns of obs with coordinates",
  sectionKey: "Column of obs with sections",
  mergeTypes: "--merge-types of the command line",
};

/** What the page calls an option. */
export function labelOf(id: string): string {
  return LABELS[id] ?? id;
}

/** Options as messages of the packages name them, by the labels of this page; what it has no control for, by the flag of the command line. */
export function inPageWords(text: string): string {
  return text
    .replace(/`(\w+)`/g, (whole, id) => called(id, "") ?? whole)
    .replace(
      /\{ (\w+): ("(?:[^"\\]|\\.)*"|[\w.-]+) \}/g,
      (whole, id, value) => called(id, value.replace(/^"|"$/g, "")) ?? whole,
    );
}

function called(id: string, value: string): string | undefined {
  const label = LABELS[id];
  if (label !== undefined) return value === "" ? `“${label}”` : `“${label}”: ${value}`;
  const flag = OPTION_FLAGS[id];
  return flag && `“${[flag, value].filter(Boolean).join(" ")} of the command line”`;
}

/** Whether a method has an option. */
export function hasOption({ methods }: Field, method: MethodName): boolean {
  return methods === undefined || methods.includes(method);
}
