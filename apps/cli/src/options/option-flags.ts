import { type FlashdeconvError, OptionError } from "@flashdeconv/core";

/** The command line's name of each option that the packages call otherwise. */
export const OPTION_FLAGS: Readonly<Record<string, string>> = {
  // run
  preprocess: "--preprocess",
  targetSum: "--target-sum",
  logBase: "--log-base",
  highlyVariableCount: "--n-hvg",
  markersPerType: "--n-markers",
  sketchDimension: "--sketch-dim",
  dimension: "--sketch-dim",
  seed: "--seed",
  graph: "--graph",
  kind: "--graph",
  neighborCount: "--neighbors",
  radius: "--radius",
  method: "--method",
  genes: "--genes",
  smoothing: "--smoothing",
  platformCorrection: "--no-platform-correction",
  likelihood: "--likelihood",
  solver: "--solver",
  solverOptions: "--solver-options",
  lambda: "--lambda",
  rho: "--rho",
  shrinkage: "--shrinkage",
  platform: "--platform",
  tolerance: "--tolerance",
  maxSweeps: "--max-sweeps",
  precision: "--precision",
  empty: "--empty",
  kernels: "--kernels",
  allowNonCounts: "--allow-non-counts",
  layer: "--layer",
  table: "--table",
  "new-table": "--new-table",
  key: "--key-added",
  obsColumns: "--obs-columns",
  zarrFormat: "--zarr-format",
  reference: "--reference",
  "spatial-key": "--spatial-key",
  "spatial-columns": "--spatial-columns",
  "section-key": "--section-key",
  "gene-key": "--gene-key",
  "cell-type-key": "--cell-type-key",
  // stores behind URLs
  endpointUrl: "--endpoint-url",
  maxRequests: "--max-requests",
  maxAttempts: "--max-attempts",
  stallTimeout: "--stall-timeout",
  cacheBytes: "--cache-size",
  // simulate
  spotCount: "--spots",
  geneCount: "--genes",
  typeCount: "--types",
  depth: "--depth",
  depthVariation: "--depth-variation",
  emptySpotFraction: "--empty-spots",
  overdispersion: "--overdispersion",
  platformEffect: "--platform-effect",
  rareTypeFraction: "--rare-type-fraction",
  layout: "--layout",
  domainScale: "--domain-scale",
  borderWidth: "--border-width",
  typesPerSpot: "--types-per-spot",
  spotVariation: "--spot-variation",
  baselineVariation: "--baseline-variation",
  typeVariation: "--type-variation",
  markerFraction: "--marker-fraction",
  markerFold: "--marker-fold",
  missingTypeCount: "--missing-types",
  cellsPerType: "--cells-per-type",
  referenceDepth: "--reference-depth",
  referenceOverdispersion: "--reference-overdispersion",
  spotSpacing: "--spot-spacing",
  shuffleCoordinates: "--shuffle-coordinates",
};

/** The error as it is, or, for an option, the same in the words of the command line. */
export function inTermsOfFlags(error: FlashdeconvError): FlashdeconvError {
  return error.tag === "OptionError" ? renamed(error as OptionError, {}) : error;
}

/**
 * Runs `work`; an OptionError in it gets the flags named here: two stages may call options of different flags by one name
 * (a layer of the section, a layer of the reference).
 */
export async function withFlags<T>(
  flags: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OptionError && flags[error.option] !== undefined) throw renamed(error, flags);
    throw error;
  }
}

function renamed(error: OptionError, flags: Readonly<Record<string, string>>): OptionError {
  const { option, value } = error;
  // What is in no table and is no flag yet belongs to the solver.
  const flag =
    flags[option] ??
    OPTION_FLAGS[option] ??
    (option.startsWith("-") ? option : `${option} of --solver-options`);
  const remedy = error.remedy.startsWith(`Give ${option} such a value`) ? undefined : inFlags(error.remedy);
  return new OptionError({ option: flag, value, rule: inFlags(error.rule), remedy });
}

/** Settings in the text, `{ method: "weighted" }`, and names that can only be an option's: those in camel case. */
export function inFlags(text: string): string {
  return text
    .replace(/\{ (\w+): "?([^"}]*?)"? \}/g, (whole, name, value) =>
      OPTION_FLAGS[name] === undefined ? whole : `${OPTION_FLAGS[name]} ${value}`,
    )
    .replace(/\b[a-z]+[A-Z]\w*/g, (word) => OPTION_FLAGS[word] ?? word);
}
