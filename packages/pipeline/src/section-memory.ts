import type { SpatialDataset } from "@flashdeconv/io-zarr";
import type { OpenReference, SpotSections } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import { methodWith, refines } from "./methods/methods.js";
import { sizesOf } from "./runtime/matrix-sizes.js";
import type { MemoryFacts, ReferenceFacts } from "./runtime/memory-facts.js";
import { isSignature } from "./stages/check-inputs.js";
import { wantsNeighbors } from "./stages/neighbors/wants-neighbors.js";
import { tableWidth } from "./stages/solve/solver-tables.js";
import { surveyedRanges } from "./stages/survey/surveyed-ranges.js";

/** Types that are assumed where no reference says how many there are. */
export const USUAL_TYPE_COUNT = 20;
/** Neighbours within a radius are known only once they are counted; so many are assumed. */
const USUAL_RADIUS_NEIGHBORS = 8;

/** What of the places where things lie decides about memory. */
export interface PlaceFacts {
  /** Whether section or reference lies behind a network. */
  readonly isFar: boolean;
  /** As `referenceFacts` says; undefined for a table. */
  readonly reference: ReferenceFacts | undefined;
  /** As `coordinateBytes` of the section says. */
  readonly coordinateBytes: number;
  /** As the section's store says. */
  readonly heldBytes: number;
}

/** What a run's memory depends on, from metadata and options alone. */
export function memoryFacts(
  {
    spotCount,
    geneNames,
    matrix,
    sections,
  }: Pick<SpatialDataset, "spotCount" | "geneNames" | "matrix"> & {
    readonly sections?: Pick<SpotSections, "names">;
  },
  reference: OpenReference | undefined,
  options: DeconvolveOptions,
  places: PlaceFacts,
): MemoryFacts {
  const { precision, solver, graph, neighborCount, platform, smoothing, solverOptions } = options;
  const { stored, chunkBytes, transposeBytes } = sizesOf(matrix);
  const typeCount = reference ? typeCountOf(reference) : USUAL_TYPE_COUNT;
  return {
    spotCount,
    sectionCount: sections?.names.length,
    typeCount,
    // Where types are chosen, what neighbours have of each.
    tableWidth:
      tableWidth(solver, solver.resolveOptions(solverOptions), typeCount) +
      (options.maxTypes === undefined ? 0 : typeCount),
    geneCount: geneNames.length,
    // Where nothing is smoothed, types that are much alike are summarised and solved in double.
    precision: wantsNeighbors(options) ? precision : "float64",
    neighborCount:
      solver.coupling === "independent" ? 0 : graph === "knn" ? neighborCount : USUAL_RADIUS_NEIGHBORS,
    isSearchedTogether: graph === "knn" && sections === undefined,
    mayBeStrong: mayBeStrong({ platform, smoothing, input: solver.input, ...solverOptions }),
    transposeBytes,
    areChunksPacked: matrix.isCompressed,
    areChunksGivenBack: matrix.isHandedOver,
    readAheadBytes: matrix.readAheadBytes,
    ...places,
    isRefined: refines(options),
    maxTypes: options.maxTypes,
    hasIntervals: options.intervals,
    sampledValuesPerSpot: stored / Math.max(1, spotCount),
    chunkBytes,
  };
}

/** Share of the spots that the survey of a section sums, unless they turn out not to stand for it. */
export function surveyedShare(
  { solver, genes }: Pick<DeconvolveOptions, "solver" | "genes">,
  spotCount: number,
): number {
  const ranges = methodWith(solver).weighsCounts && genes === "all" ? surveyedRanges(spotCount) : undefined;
  return ranges ? ranges.reduce((sum, { start, end }) => sum + end - start, 0) / spotCount : 1;
}

interface SmoothingFacts {
  readonly platform?: string;
  readonly lambda?: unknown;
  readonly smoothing?: DeconvolveOptions["smoothing"];
  /** Kind of the statistics that are solved. */
  readonly input: string;
}

/**
 * Whether coarse levels of the section may be needed: where somebody said how strong the smoothing is to be, by number or by platform.
 * Of what is left to the data, the relative prior is strong as a rule and the graph Laplacian nearly never.
 */
export function mayBeStrong({ platform, lambda = "auto", smoothing, input }: SmoothingFacts): boolean {
  if (smoothing === "none" || smoothing === 0) return false;
  if (platform !== undefined || typeof smoothing === "number") return true;
  if (input === "weighted-counts" || (input === "counts" && smoothing === "auto")) return true;
  return lambda !== "auto" && lambda !== 0;
}

function typeCountOf(reference: OpenReference): number {
  return isSignature(reference) ? reference.typeNames.length : reference.cellTypes.names.length;
}
