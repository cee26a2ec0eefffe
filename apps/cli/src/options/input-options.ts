import type { SpatialOptions } from "@flashdeconv/io-zarr";
import { OPEN_DEFAULTS } from "@flashdeconv/io-zarr/internal";
import type { Command } from "commander";
import { parseColumns } from "./parse-columns.js";

/** Where in its store a section's counts, genes and positions are. */
export interface SectionFlags {
  readonly table?: string;
  readonly layer?: string;
  readonly geneKey?: string;
  readonly spatialKey?: string;
  readonly spatialColumns?: readonly string[];
  readonly sectionKey?: string;
  readonly bin?: string;
  readonly cells?: boolean;
}

/** What io-zarr is to be told of them. */
export function sectionOptions(flags: SectionFlags): SpatialOptions {
  const { table, layer, geneKey, spatialKey, spatialColumns, sectionKey } = flags;
  return { table, layer, geneKey, spatialKey, spatialColumns, sectionKey };
}

const TABLE = ["--table <name>", "table of a SpatialData store (default: the only one)"] as const;
const BIN = [
  "--bin <edge>",
  "bins of a Visium HD folder, stored or multiples of stored ones, as in 16um (default: 8um), or places along a bin of a GEM or GEF file (default: 50)",
] as const;
const CELLS = ["--cells", "the segmented cells of a Visium HD folder in place of bins"] as const;
const LAYER = ["--layer <name>", "layer of the section with raw counts; raw for raw/X (default: X)"] as const;
const GENE_KEY = [
  "--gene-key <column>",
  "var column of the section with the genes' names (default: the index)",
] as const;

/** Adds what tells where the counts, genes and positions of a section are. */
export function addSectionOptions(command: Command): Command {
  return addSpatialOptions(
    command
      .option(...TABLE)
      .option(...BIN)
      .option(...CELLS)
      .option(...LAYER)
      .option(...GENE_KEY),
  );
}

function addSpatialOptions(command: Command): Command {
  return command
    .option("--spatial-key <name>", "obsm key of the coordinates (default: found automatically)")
    .option(
      "--spatial-columns <x,y>",
      "obs columns of the coordinates, two or three (default: found automatically)",
      parseColumns("--spatial-columns"),
    );
}

/** The same, and what tells where the counts, genes and types of a reference are. */
export function addInputOptions(command: Command): Command {
  return addSpatialOptions(addCountOptions(command)).option(
    "--section-key <column>",
    "obs column that tells sections apart, each of which is solved by itself (default: where uns/spatial has several ids, the column that names them)",
  );
}

/** Where counts, genes and types are, without positions. */
export function addCountOptions(command: Command): Command {
  return command
    .option(
      "--cell-type-key <name>",
      `obs column of the cells' types (default: ${OPEN_DEFAULTS.cellTypeKey})`,
    )
    .option("--labels <file>", "table of the reference's cells and their types, in place of an obs column")
    .option(...TABLE)
    .option(...BIN)
    .option(...CELLS)
    .option(...LAYER)
    .option("--reference-layer <name>", "the same of the reference (default: X)")
    .option(...GENE_KEY)
    .option("--reference-gene-key <column>", "the same of the reference (default: the index)");
}
