import type { Reference } from "./open-reference.js";
import type { Section } from "./open-section.js";
import type { RunOptions } from "./protocol.js";
import { shellWord } from "./shell-word.js";

/** Flags of the options that a page offers; what is left at its default is left out. */
const FLAGS: Readonly<Record<string, string>> = {
  method: "method",
  smoothing: "smoothing",
  maxTypes: "max-types",
  genes: "genes",
  amount: "amount",
  cellsPerSpot: "cells-per-spot",
  graph: "graph",
  neighborCount: "neighbors",
  radius: "radius",
  platform: "platform",
  overdispersion: "overdispersion",
  precision: "precision",
  tolerance: "tolerance",
  maxSweeps: "max-sweeps",
  fewCounts: "few-counts",
  empty: "empty",
  seed: "seed",
  workerCount: "workers",
};
const SWITCHES: Readonly<Record<string, string>> = {
  intervals: "intervals",
  allowNonCounts: "allow-non-counts",
};

/** A run as a command line. */
export function commandOf(section: Section, reference: Reference, options: RunOptions): string {
  const words = ["flashdeconv", "run", section.place.name, "--reference", reference.told.name];
  const add = (flag: string, value: unknown) => {
    if (value !== undefined) words.push(`--${flag}`, String(value));
  };
  const { layer, geneKey, table, spatialKey, spatialColumns, sectionKey, bin } = section.choices;
  add("layer", layer);
  add("gene-key", geneKey);
  add("table", table);
  add("spatial-key", spatialKey);
  add("spatial-columns", spatialColumns?.join(","));
  add("section-key", sectionKey);
  add("bin", bin);
  const { typeColumn } = reference.choices;
  add("cell-type-key", typeColumn === "cell_type" ? undefined : typeColumn);
  add("reference-layer", reference.choices.layer);
  add("reference-gene-key", reference.choices.geneKey);
  const given = options as Readonly<Record<string, unknown>>;
  for (const [option, flag] of Object.entries(FLAGS)) add(flag, given[option]);
  for (const [option, flag] of Object.entries(SWITCHES)) if (given[option] === true) words.push(`--${flag}`);
  if (given.platformCorrection === false) words.push("--no-platform-correction");
  words.push("--out", "result.zarr");
  return words.map(shellWord).join(" ");
}
