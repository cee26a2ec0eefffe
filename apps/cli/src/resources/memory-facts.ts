import { OPEN_DEFAULTS, type SpatialDataset } from "@flashdeconv/io-zarr";
import {
  type DeconvolveOptions,
  isSignature,
  type MemoryFacts,
  needsSample,
  type ReferenceInput,
} from "@flashdeconv/pipeline";

/** Types that are assumed where no reference says how many there are. */
export const USUAL_TYPE_COUNT = 20;
/** Neighbours within a radius are known only once they are counted; so many are assumed. */
const USUAL_RADIUS_NEIGHBORS = 8;

/** What of the places where things lie decides about memory. */
export interface PlaceFacts {
  /** Whether section or reference lies behind a network. */
  readonly isFar: boolean;
  /** Bytes fetched of the reference before they are asked for. */
  readonly referenceAheadBytes: number;
  /** As `coordinateBytes` of the section says. */
  readonly coordinateBytes: number;
}

/** What a run's memory depends on, from metadata and options alone. */
export function memoryFacts(
  { spotCount, geneNames, matrix }: Pick<SpatialDataset, "spotCount" | "geneNames" | "matrix">,
  reference: ReferenceInput | undefined,
  options: DeconvolveOptions,
  places: PlaceFacts,
): MemoryFacts {
  const { precision, solver, graph, neighborCount, platform, smoothing, solverOptions } = options;
  const items = matrix.chunkShape.reduce((product, length) => product * length, 1);
  const valueBytes = Number(/(\d+)$/.exec(matrix.dataType)?.[1] ?? 64) / 8;
  const indexBytes = matrix.encoding === "dense" ? 0 : 4;
  const stored = matrix.nonZeroCount ?? matrix.shape[0] * matrix.shape[1];
  return {
    spotCount,
    typeCount: reference ? typeCountOf(reference) : USUAL_TYPE_COUNT,
    geneCount: geneNames.length,
    precision,
    neighborCount:
      solver.coupling === "independent" ? 0 : graph === "knn" ? neighborCount : USUAL_RADIUS_NEIGHBORS,
    mayBeStrong: mayBeStrong({ platform, smoothing, input: solver.input, ...solverOptions }),
    transposeBytes: matrix.encoding === "csc" ? transposeBytes(stored, valueBytes, spotCount) : 0,
    areChunksPacked: matrix.isCompressed,
    readAheadBytes: matrix.readAheadBytes,
    ...places,
    sampledValuesPerSpot: needsSample(options) ? stored / Math.max(1, spotCount) : 0,
    chunkBytes: Math.max(1, Math.min(items, stored) * (Math.max(4, valueBytes) + indexBytes)),
  };
}

/** Entries twice over, or as many as the reader allows itself, and a count per row. */
function transposeBytes(entryCount: number, valueBytes: number, spotCount: number): number {
  const wanted = 2 * entryCount * (4 + Math.max(4, valueBytes));
  return Math.min(OPEN_DEFAULTS.maxTransposeBytes, wanted) + 4 * spotCount;
}

interface SmoothingFacts {
  readonly platform?: string;
  readonly lambda?: unknown;
  readonly smoothing?: DeconvolveOptions["smoothing"];
  /** Kind of the statistics that are solved. */
  readonly input: string;
}

/**
 * Whether coarse pictures of the section may be needed: where somebody said how strong the smoothing is to be, by number or by platform.
 * Of what is left to the data, the relative prior is strong as a rule and the graph Laplacian nearly never.
 */
export function mayBeStrong({ platform, lambda = "auto", smoothing, input }: SmoothingFacts): boolean {
  if (smoothing === "none" || smoothing === 0) return false;
  if (platform !== undefined || typeof smoothing === "number") return true;
  if (input === "weighted-counts" || (input === "counts" && smoothing === "auto")) return true;
  return lambda !== "auto" && lambda !== 0;
}

function typeCountOf(reference: ReferenceInput): number {
  return isSignature(reference) ? reference.typeNames.length : reference.cellTypes.names.length;
}
