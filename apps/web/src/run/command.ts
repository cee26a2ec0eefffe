import { commandLineOf, OPTION_FLAGS } from "@flashdeconv/results/internal";
import type { Reference } from "./open-reference.js";
import type { Section } from "./open-section.js";
import type { RunOptions } from "./protocol.js";

/** A run as a command line. What is left at its default is left out, and what a link holds to show who asks. */
export function commandOf(section: Section, reference: Reference, options: RunOptions): string {
  const words = ["run", section.place.name, "--reference", reference.told.name];
  const add = (flag: string, value: unknown) => {
    if (value !== undefined) words.push(flag, String(value));
  };
  const { layer, geneKey, table, spatialKey, spatialColumns, sectionKey, bin } = section.choices;
  add("--layer", layer);
  add("--gene-key", geneKey);
  add("--table", table);
  add("--spatial-key", spatialKey);
  add("--spatial-columns", spatialColumns?.join(","));
  add("--section-key", sectionKey);
  add("--bin", bin);
  const { typeColumn } = reference.choices;
  add("--cell-type-key", typeColumn === "cell_type" ? undefined : typeColumn);
  add("--reference-layer", reference.choices.layer);
  add("--reference-gene-key", reference.choices.geneKey);
  const { workerCount, ...rest } = options;
  for (const [option, value] of Object.entries(rest)) {
    const flag = OPTION_FLAGS[option];
    if (typeof value !== "boolean") add(flag, value);
    // A flag without a value, there or not.
    else if (value !== flag.startsWith("--no-")) words.push(flag);
  }
  add("--workers", workerCount);
  return commandLineOf([...words, "--out", "result.zarr"]);
}
