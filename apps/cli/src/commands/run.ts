import {
  DECONVOLVE_DEFAULTS as DEFAULTS,
  METHOD_NAMES,
  PLATFORMS,
  RESULT_DEFAULTS,
} from "@flashdeconv/pipeline";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { forMethods } from "../options/for-methods.js";
import { addInputOptions } from "../options/input-options.js";
import { parseChoice } from "../options/parse-choice.js";
import { parseJsonObject } from "../options/parse-json-object.js";
import { parseNumber, parseWordOrNumber } from "../options/parse-number.js";
import { parseSmoothing } from "../options/parse-smoothing.js";
import { requireGiven } from "../options/require-given.js";
import { addResourceOptions } from "../options/resource-options.js";
import { addRunDirOptions } from "../options/run-dir-options.js";
import { LAMBDA, RHO, SHRINKAGE } from "../options/solver-options.js";
import { addStoreOptions } from "../options/store-options.js";
import { type Terminal, useTerminal } from "../terminal/terminal.js";
import { runSections, type SectionsFlags } from "./run-sections.js";

const EXAMPLES = `
Examples:
  flashdeconv run section.zarr --reference cells.zarr --out result.zarr
  flashdeconv run section.zarr --reference cells.zarr --cell-type-key annotation --in-place
  flashdeconv run a.zarr b.zarr --reference cells.zarr --out-dir results
  flashdeconv run sdata.zarr --table square_008um --reference cells.zarr --in-place
  flashdeconv run section.zarr --reference means.csv --smoothing none --out result.zarr --json
  flashdeconv run s3://lab/section.zarr --reference cells.zarr --cache /scratch/cache --out s3://lab/result.zarr`;

const PLATFORM_NAMES = Object.keys(PLATFORMS);

export function addRunCommand(program: Command, environment: Environment): void {
  const command = program
    .command("run")
    .description("Deconvolves a section, or several, and writes proportions of cell types.")
    .argument(
      "<spatial...>",
      "AnnData or SpatialData Zarr store of the section, a path or URL: raw counts and coordinates; of several, each gets a result of its own",
    )
    .option("--reference <path>", "store of single cells, or CSV of mean counts (a row per type)");
  addInputOptions(command)
    .optionsGroup("Output:")
    .option("--out <store>", "write a new store")
    .option("--out-dir <folder>", "write a new store for each section, named as the section is")
    .option("--in-place", "add the result to the section's store, or to its table")
    .option("--new-table <name>", "add the result to the section's SpatialData store as a table of its own")
    .option(
      "--overwrite",
      "replace what flashdeconv wrote: the store at --out or --save-stats, the table --new-table",
    )
    .option("--save-stats <store>", "also keep what solve needs to solve the section again in another way")
    .option("--key-added <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--obs-columns", "also write each type as a column of obs")
    .option(
      "--zarr-format <2|3>",
      "Zarr version of the new store (default: as the section)",
      parseChoice("--zarr-format", ["2", "3"]),
    )
    .option(
      "--empty <nan|uniform>",
      `what a spot without an answer gets (default: ${DEFAULTS.empty})`,
      parseChoice("--empty", ["nan", "uniform"]),
    )
    .optionsGroup("Method:")
    .option(
      "--method <name>",
      `${METHOD_NAMES.join(", ")} (default: ${DEFAULTS.method}); flashdeconv is the article's`,
      parseChoice("--method", METHOD_NAMES),
    )
    .option(
      "--no-platform-correction",
      forMethods("platformCorrection", "take the reference as it is, not adapted to the section's genes"),
    )
    .option(
      "--overdispersion <auto|number>",
      forMethods(
        "overdispersion",
        `how much more than Poisson counts vary (default: ${DEFAULTS.overdispersion})`,
      ),
      parseWordOrNumber("--overdispersion", "auto"),
    )
    .option(
      "--likelihood <auto|always>",
      forMethods(
        "likelihood",
        `where held-back counts say that it is better than least squares, or always (default: ${DEFAULTS.likelihood})`,
      ),
      parseChoice("--likelihood", ["auto", "always"]),
    )
    .optionsGroup("Counts and genes:")
    .option(
      "--genes <all|selected>",
      "genes in use (default: weighted and poisson all, else selected)",
      parseChoice("--genes", ["all", "selected"]),
    )
    .option(
      "--preprocess <how>",
      forMethods("preprocess", `log-cpm, pearson or raw (default: ${DEFAULTS.preprocess})`),
      parseChoice("--preprocess", ["log-cpm", "pearson", "raw"]),
    )
    .option(
      "--target-sum <number>",
      forMethods("targetSum", `counts per spot before the logarithm (default: ${DEFAULTS.targetSum})`),
      parseNumber("--target-sum"),
    )
    .option(
      "--log-base <e|2>",
      forMethods("logBase", `base of the logarithm (default: ${DEFAULTS.logBase})`),
      parseChoice("--log-base", ["e", "2"]),
    )
    .option(
      "--n-hvg <count>",
      `highly variable genes, with --genes selected (default: ${DEFAULTS.highlyVariableCount})`,
      parseNumber("--n-hvg"),
    )
    .option(
      "--n-markers <count>",
      `marker genes per type, with --genes selected (default: ${DEFAULTS.markersPerType})`,
      parseNumber("--n-markers"),
    )
    .option(
      "--sketch-dim <count|none>",
      forMethods(
        "sketchDimension",
        `dimensions of the sketch, or none (default: ${DEFAULTS.sketchDimension})`,
      ),
      parseWordOrNumber("--sketch-dim", "none"),
    )
    .option(
      "--seed <number>",
      forMethods("seed", `of the sketch (default: ${DEFAULTS.seed})`),
      parseNumber("--seed"),
    )
    .option("--allow-non-counts", "accept values that are not whole numbers")
    .optionsGroup("Neighbours and smoothing:")
    .option(
      "--smoothing <auto|number|none>",
      "strength of the smoothing, auto for chosen by the data (default: weighted and poisson auto, else as --lambda)",
      parseSmoothing,
    )
    .option(
      "--per-section",
      "of several sections, each gets its own strength (default: one chosen on all of them)",
    )
    .option(...SHRINKAGE)
    .option(...LAMBDA)
    .option(
      "--platform <name>",
      forMethods("platform", `lambda from the article's table: ${PLATFORM_NAMES.join(", ")}`),
      parseChoice("--platform", PLATFORM_NAMES),
    )
    .option(
      "--graph <kind>",
      `knn, radius or grid (default: $DEFAULTS.graph)`,
      parseChoice("--graph", ["knn", "radius", "grid"]),
    )
    .option(
      "--neighbors <count>",
      `of a spot, with --graph knn (default: ${DEFAULTS.neighborCount})`,
      parseNumber("--neighbors"),
    )
    .option(
      "--radius <distance>",
      "greatest distance of neighbours, in units of the coordinates, with --graph radius",
      parseNumber("--radius"),
    )
    .optionsGroup("Solver:")
    .option(
      "--solver <name|module>",
      `that of the method, nnls, or a namespace of your own (default: the method's)`,
    )
    .option(...RHO)
    .option(
      "--solver-timeout <seconds>",
      "longest that a call of a solver of your own may take (default: no limit)",
      parseNumber("--solver-timeout"),
    )
    .option("--solver-options <json>", "more options for the solver", parseJsonObject("--solver-options"))
    .option(
      "--tolerance <number>",
      `distance of any proportion from the optimum to stop at (default: ${DEFAULTS.tolerance})`,
      parseNumber("--tolerance"),
    )
    .option(
      "--max-sweeps <count>",
      `sweeps to give up after (default: ${DEFAULTS.maxSweeps})`,
      parseNumber("--max-sweeps"),
    )
    .option(
      "--precision <type>",
      `of what is kept per spot (default: ${DEFAULTS.precision}; float64 where the tolerance is below 1e-5)`,
      parseChoice("--precision", ["float64", "float32"]),
    );
  addResourceOptions(command);
  addRunDirOptions(command);
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((spatial: string[], flags: Partial<SectionsFlags>) => {
      const rule = "a store of single cells, or a table of mean counts";
      const reference = requireGiven("--reference", flags.reference, rule);
      const run = (terminal: Terminal) => runSections(spatial, { ...flags, reference }, terminal);
      return useTerminal(environment, flags, run);
    });
}
