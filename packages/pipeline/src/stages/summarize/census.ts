import type { CsrChunk } from "@flashdeconv/core";
import type { KernelChoice } from "@flashdeconv/kernels";
import { buildCountCheck, buildCountChecker, mergeCountCheck } from "@flashdeconv/normalize";
import { buildGeneMap } from "@flashdeconv/select-genes/internal";
import type { Piece, PieceArray } from "../../contracts/checkpoint.js";
import type { Census } from "../../contracts/tasks.js";
import { type CheckFacts, packCheck, unpackCheck } from "../keep/pack-check.js";

/** A census under way; chunks, as they were read, are to come in ascending order. */
export interface RunningCensus {
  readonly found: Census;
  add(chunk: CsrChunk): void;
}

/** @param unseen columns of the genes that the survey left out, of matrices of `width` columns */
export function startCensus(unseen: Int32Array, width: number, kernels: KernelChoice): RunningCensus {
  const found = emptyCensus(unseen.length);
  const { check, spotCounts } = found;
  const addCountCheck = buildCountChecker(kernels);
  const { geneOfColumn } = buildGeneMap(unseen, width);
  return {
    found,
    add(chunk) {
      addCountCheck(check, chunk);
      if (unseen.length === 0) return;
      const { spotCount, indptr, indices, values } = chunk;
      for (let i = indptr[0]; i < indptr[spotCount]; i++) {
        const gene = geneOfColumn[indices[i]];
        if (gene >= 0 && values[i] !== 0) spotCounts[gene]++;
      }
    },
  };
}

export function emptyCensus(geneCount: number): Census {
  return { check: buildCountCheck(), spotCounts: new Int32Array(geneCount) };
}

/** Takes in the census of the spots that follow. */
export function mergeCensus({ check, spotCounts }: Census, next: Census): void {
  mergeCountCheck(check, next.check);
  for (let gene = 0; gene < spotCounts.length; gene++) spotCounts[gene] += next.spotCounts[gene];
}

/** A census as arrays and plain facts; `unpackCensus` gives the same. */
export function packCensus({ check, spotCounts }: Census): Piece & { readonly facts: CheckFacts } {
  const { facts, arrays } = packCheck(check);
  return { facts, arrays: { ...arrays, unseenSpotCounts: spotCounts } };
}

export function unpackCensus(facts: CheckFacts, arrays: Readonly<Record<string, PieceArray>>): Census {
  return {
    check: unpackCheck(facts, arrays as Record<string, Float64Array>),
    spotCounts: arrays.unseenSpotCounts as Int32Array,
  };
}
