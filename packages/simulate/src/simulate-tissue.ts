import {
  type ChunkSource,
  type CsrChunk,
  type DenseChunk,
  generatedSource,
  type NameChunk,
  type StreamOptions,
} from "@flashdeconv/core";
import { buildStream, nextLogNormal, nextUniform, startStream, streamKey } from "@flashdeconv/core/internal";
import { buildCsrChunk } from "./build-csr-chunk.js";
import { buildComposition, fillProportions } from "./composition.js";
import { buildCountSampler, drawCounts } from "./count-sampler.js";
import { buildProfiles, platformProfiles } from "./expression-profiles.js";
import { PURPOSE } from "./purpose.js";
import { numberedNameChunks, numberedNames } from "./simulated-names.js";
import { type SimulatedReference, simulatedReference } from "./simulated-reference.js";
import { resolveSimulationOptions, type SimulationOptions } from "./simulation-options.js";
import { buildSpotLattice, fillCoordinates } from "./spot-lattice.js";

/** A tissue section with known composition, and single cells to deconvolve it with. Nothing is drawn before it is read. */
export interface SimulatedTissue {
  /** Every option, the defaults filled in. */
  readonly options: SimulationOptions;
  readonly spotCount: number;
  /** K names, in code-point order. */
  readonly typeNames: readonly string[];
  /** G names, in code-point order. */
  readonly geneNames: readonly string[];
  /** N x G counts, Float32. */
  readonly counts: ChunkSource<CsrChunk>;
  /** N x 2 positions (x, y), in the unit of `spotSpacing`. */
  readonly coordinates: ChunkSource<DenseChunk>;
  /** N x K proportions; rows sum to 1. They are shares of a spot's expected counts. */
  readonly truth: ChunkSource<DenseChunk>;
  readonly reference: SimulatedReference;
  /** N names as bytes, so that a million of them cost nothing. */
  spotNames(options?: StreamOptions): AsyncIterable<NameChunk>;
}

/**
 * Plans a tissue; its matrices are then drawn chunk by chunk, in memory that does not grow with the number of spots.
 *
 * A spot follows from the seed and its number alone, so any range or chunk size gives the same bits, on any machine. (A
 * spot's domain and place depend on `spotCount` too, through the width of the lattice.)
 *
 * @throws OptionError where an option breaks its rule.
 */
export function simulateTissue(input: Partial<SimulationOptions> = {}): SimulatedTissue {
  const options = resolveSimulationOptions(input);
  const { spotCount, geneCount, typeCount } = options;
  const typeNames = numberedNames("type_", typeCount);
  const geneNames = numberedNames("gene_", geneCount);
  const profiles = buildProfiles(options).values;
  return {
    options,
    spotCount,
    typeNames,
    geneNames,
    counts: countSource(options, platformProfiles(profiles, options)),
    coordinates: coordinateSource(options),
    truth: truthSource(options),
    reference: simulatedReference(options, profiles, typeNames, geneNames),
    spotNames: (streamOptions) => numberedNameChunks("spot_", spotCount, streamOptions),
  };
}

function countSource(options: SimulationOptions, profiles: Float64Array): ChunkSource<CsrChunk> {
  const { spotCount, geneCount: width, spotsPerChunk } = options;
  const key = streamKey(options.seed, PURPOSE.counts);
  const sampler = buildCountSampler(profiles, width, options.overdispersion);
  const composition = buildComposition(options);
  const mixture = new Float64Array(options.typeCount);
  const stream = buildStream();
  const draw = (spot: number) => {
    startStream(stream, key, spot);
    if (nextUniform(stream) < options.emptySpotFraction) return;
    const depth = options.depth * nextLogNormal(stream, options.depthVariation);
    fillProportions(composition, spot, mixture, 0);
    drawCounts(sampler, stream, depth, mixture);
  };
  return generatedSource({ spotCount, width, spotsPerChunk }, (start, end) =>
    buildCsrChunk(sampler, start, end, draw),
  );
}

function truthSource(options: SimulationOptions): ChunkSource<DenseChunk> {
  const { spotCount, typeCount: width, spotsPerChunk } = options;
  const composition = buildComposition(options);
  return generatedSource({ spotCount, width, spotsPerChunk }, (start, end) => {
    const values = new Float64Array((end - start) * width);
    for (let spot = start; spot < end; spot++)
      fillProportions(composition, spot, values, (spot - start) * width);
    return { kind: "dense", spotStart: start, spotCount: end - start, width, values };
  });
}

function coordinateSource(options: SimulationOptions): ChunkSource<DenseChunk> {
  const { spotCount, spotsPerChunk } = options;
  const lattice = buildSpotLattice(spotCount);
  return generatedSource({ spotCount, width: 2, spotsPerChunk }, (start, end) => {
    const values = new Float64Array((end - start) * 2);
    fillCoordinates(lattice, options, start, values);
    return { kind: "dense", spotStart: start, spotCount: end - start, width: 2, values };
  });
}
