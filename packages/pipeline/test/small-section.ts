import { type CsrChunk, collect, memorySource } from "@flashdeconv/core";
import { type SimulationOptions, simulateTissue } from "@flashdeconv/simulate";
import type { CellReference, SpatialInput } from "../src/index.js";

export interface SmallSection {
  readonly spatial: SpatialInput;
  readonly reference: CellReference;
  /** The counts in memory, for tests that change some. */
  readonly matrix: CsrChunk;
}

/** A simulated section of 150 spots, 120 genes and 4 types that fits in memory. */
export async function smallSection(options: Partial<SimulationOptions> = {}): Promise<SmallSection> {
  const tissue = simulateTissue({
    spotCount: 150,
    geneCount: 120,
    typeCount: 4,
    depth: 400,
    cellsPerType: 12,
    ...options,
  });
  const matrix = await collect(tissue.counts);
  const coordinates = await collect(tissue.coordinates);
  return {
    matrix,
    reference: tissue.reference,
    spatial: spatialFrom(matrix, tissue.geneNames, Float64Array.from(coordinates.values)),
  };
}

export function spatialFrom(
  matrix: CsrChunk,
  geneNames: readonly string[],
  coordinates: Float64Array,
): SpatialInput {
  return {
    counts: memorySource(matrix, { spotsPerChunk: 64 }),
    geneNames,
    readCoordinates: async () => ({ dimension: 2, values: coordinates }),
    readSpotName: async (spot) => `spot-${spot}`,
  };
}

/** The same section with one stored value replaced. */
export function withValue({ spatial, matrix }: SmallSection, at: number, value: number): SpatialInput {
  const values = matrix.values.slice();
  values[at] = value;
  return { ...spatial, counts: memorySource({ ...matrix, values }) };
}
