import { type ChunkSource, type CsrChunk, generatedSource, type ReferenceSignature } from "@flashdeconv/core";
import { buildStream, nextLogNormal, startStream, streamKey } from "@flashdeconv/core/internal";
import { buildCsrChunk } from "./build-csr-chunk.js";
import { buildCountSampler, drawCounts } from "./count-sampler.js";
import { PURPOSE } from "./purpose.js";
import { numberedNames } from "./simulated-names.js";
import type { SimulationOptions } from "./simulation-options.js";

/** Single cells of known type; rows of `counts` are cells. */
export interface SimulatedReference {
  readonly cellCount: number;
  readonly cellNames: readonly string[];
  readonly geneNames: readonly string[];
  readonly counts: ChunkSource<CsrChunk>;
  /**
   * `codes[i]` is the number of cell `i`'s type in `names`, the R types that the reference has. Types take turns: cell `i` is
   * of type `i % R`.
   */
  readonly cellTypes: { readonly codes: Int32Array; readonly names: readonly string[] };
  /** What the cells of a type are drawn around: expected counts of a cell, R x G. */
  readonly signature: ReferenceSignature;
}

/** `profiles` is K x G with rows that sum to 1; the types that the reference lacks are the last. */
export function simulatedReference(
  options: SimulationOptions,
  allProfiles: Float64Array,
  allTypeNames: readonly string[],
  geneNames: readonly string[],
): SimulatedReference {
  const { geneCount, cellsPerType, referenceDepth, spotsPerChunk } = options;
  const typeCount = options.typeCount - options.missingTypeCount;
  const profiles = allProfiles.subarray(0, typeCount * geneCount);
  const typeNames = allTypeNames.slice(0, typeCount);
  const cellCount = typeCount * cellsPerType;
  const key = streamKey(options.seed, PURPOSE.reference);
  const sampler = buildCountSampler(profiles, geneCount, options.referenceOverdispersion);
  const stream = buildStream();
  const mixture = new Float64Array(typeCount);
  const draw = (cell: number) => {
    startStream(stream, key, cell);
    const depth = referenceDepth * nextLogNormal(stream, options.depthVariation);
    mixture[cell % typeCount] = 1;
    drawCounts(sampler, stream, depth, mixture);
    mixture[cell % typeCount] = 0;
  };

  return {
    cellCount,
    cellNames: numberedNames("cell_", cellCount),
    geneNames,
    counts: generatedSource({ spotCount: cellCount, width: geneCount, spotsPerChunk }, (start, end) =>
      buildCsrChunk(sampler, start, end, draw),
    ),
    cellTypes: { codes: Int32Array.from({ length: cellCount }, (_, i) => i % typeCount), names: typeNames },
    signature: { typeNames, geneNames, values: profiles.map((share) => share * referenceDepth) },
  };
}
