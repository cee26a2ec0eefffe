import { type CsrChunk, mapChunks, type ReferenceSignature } from "@flashdeconv/core";
import { addCountCheck, buildCountCheck, finishCountCheck } from "@flashdeconv/normalize";
import { geneSubset } from "@flashdeconv/select-genes";
import type { TypeConfusion } from "./contracts/confusion.js";
import type { PreparedReference, ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks, RunContext } from "./contracts/run-context.js";
import { prepareReference } from "./deconvolve-sections.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { openRun } from "./open-run.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { checkInputs, isSignature } from "./stages/check-inputs.js";
import { alignInputs } from "./stages/reference/align-inputs.js";
import { narrowHalves } from "./stages/reference/half-cells.js";
import { requireCounts } from "./stages/reference/require-counts.js";
import { alikeMeans } from "./stages/survey/alike-means.js";
import type { AlikeTypes } from "./stages/survey/alike-types.js";
import { requireCountedGenes } from "./stages/survey/gather-evidence.js";
import { depthsOf } from "./stages/survey/sample-totals.js";
import { measureConfusion } from "./tuning/types/measure-confusion.js";

export interface CheckTypesInput {
  /** The section whose depths and genes types are judged at. */
  readonly spatial?: SpatialInput;
  /** Counts of a spot to judge at, where there is no section; by default those of a cell of the reference. */
  readonly depth?: number;
  readonly options?: Partial<DeconvolveOptions>;
}

export interface CheckedTypes {
  /** Mean counts of each type over the genes in use. */
  readonly signature: ReferenceSignature;
  /** Cells of each type; undefined where nobody knows. */
  readonly cellCounts: Int32Array | undefined;
  /** Undefined without single cells. */
  readonly confusion: TypeConfusion | undefined;
  /** Types, by place, that have the same means or are mixtures of one another, and those that hardly differ. */
  readonly alike: Pick<AlikeTypes, "undetermined" | "similar">;
  /** Counts of the spots that types are judged at, least first; empty without single cells. */
  readonly depths: Float64Array;
  /** Where the depth comes from. */
  readonly depthOf: "section" | "option" | "cells" | "nothing";
}

/** Spots of a section whose depths are looked at: in so many ranges of so many, spread evenly. */
const LOOKED_AT = { ranges: 16, spots: 256 };

/** Which types of a reference can be told apart, before any run: reads the cells, and up to 4,096 spots. */
export async function checkTypes(
  reference: ReferenceInput,
  { spatial, depth, options: input = {} }: CheckTypesInput,
  callbacks: Pick<DeconvolveCallbacks, "signal" | "onProgress" | "onNotice"> = {},
): Promise<CheckedTypes> {
  const options = resolveDeconvolveOptions(input);
  const size = { spotCount: 0, typeCount: 0, neighborCount: 0 };
  const notices = buildNoticeList(callbacks.onNotice);
  const run = openRun({ ...options, kernels: "typescript", size }, callbacks, notices);
  if (spatial) checkInputs(spatial, reference);
  const alignment = spatial && (await alignInputs(spatial, reference, run));
  const prepared = await prepareReference(reference, options, callbacks);
  const { signature: whole, ...cells } = cellsOf(prepared);
  for (const notice of cells.notices) notices.add(notice);
  const shared = alignment?.referenceIndex ?? Int32Array.from(whole.geneNames.keys());
  const seen = spatial && alignment && (await lookAtSpots(spatial, alignment.spatialIndex, options, run));
  const isInUse = (column: number, g: number) => (seen?.totals[g] ?? 1) > 0 && isCounted(whole, column);
  const inUse = shared.filter(isInUse);
  const signature = signatureOver(whole, inUse);
  requireCountedGenes(signature);
  const bulk = seen?.totals.filter((_, g) => isInUse(shared[g], g));
  const found = { signature, cellCounts: cells.cellCounts, alike: alikeIn(signature, bulk) };
  if (!cells.halves)
    return { ...found, confusion: undefined, depths: new Float64Array(0), depthOf: "nothing" };
  const halves = narrowHalves(cells.halves, inUse);
  const depths = seen?.depths ?? Float64Array.of(depth ?? usualDepth(halves.cells));
  const spots = { depths, bulk };
  const types = { halves, typeNames: signature.typeNames };
  const confusion = await measureConfusion(types, spots, callbacks);
  const depthOf = seen ? "section" : depth === undefined ? "cells" : "option";
  return { ...found, confusion, depths: depths.slice().sort(), depthOf };
}

/** Types that are alike as a run would see them; without a section, one of an even mix of them. */
function alikeIn({ typeNames, geneNames, values }: ReferenceSignature, bulk: Float64Array | undefined) {
  const width = geneNames.length;
  const isSpeaking = typeNames.map((_, k) =>
    values.subarray(k * width, (k + 1) * width).some((mean) => mean > 0),
  );
  const speaking = Array.from(typeNames.keys()).filter((k) => isSpeaking[k]);
  const rows = speaking.map((k) => values.subarray(k * width, (k + 1) * width));
  const evenMix = () => Float64Array.from(geneNames, (_, g) => rows.reduce((sum, row) => sum + row[g], 0));
  const means = {
    typeCount: rows.length,
    values: Float64Array.from(rows.flatMap((row) => [...row])),
    sectionTotals: bulk ?? evenMix(),
  };
  const { undetermined, similar } = alikeMeans(means);
  const named = (groups: readonly (readonly number[])[]) =>
    groups.map((group) => group.map((k) => speaking[k]));
  return { undetermined: named(undetermined), similar: named(similar) };
}

function cellsOf(
  reference: Exclude<ReferenceInput, { cellTypes: unknown }>,
): Pick<PreparedReference, "signature" | "halves" | "notices"> & Pick<CheckedTypes, "cellCounts"> {
  if (!isSignature(reference)) return reference;
  return { signature: reference, cellCounts: reference.cellCounts, notices: [] };
}

function isCounted({ typeNames, geneNames, values }: ReferenceSignature, column: number): boolean {
  return typeNames.some((_, k) => values[k * geneNames.length + column] > 0);
}

function signatureOver(
  { typeNames, geneNames, values }: ReferenceSignature,
  columns: Int32Array,
): ReferenceSignature {
  return {
    typeNames,
    geneNames: Array.from(columns, (column) => geneNames[column]),
    values: Float64Array.from(
      typeNames.flatMap((_, k) => Array.from(columns, (column) => values[k * geneNames.length + column])),
    ),
  };
}

/** Depths of some spots over some genes, and the genes' totals in them. */
async function lookAtSpots(
  spatial: SpatialInput,
  columns: Int32Array,
  options: DeconvolveOptions,
  { signal, report }: RunContext,
) {
  const { counts, geneNames } = spatial;
  const check = buildCountCheck();
  const checked = mapChunks(counts, (chunk) => {
    addCountCheck(check, chunk);
    return chunk;
  });
  const ranges = rangesOf(counts.spotCount);
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const totals = new Float64Array(columns.length);
  const depths: number[] = [];
  for (const spotRange of ranges) {
    for await (const chunk of geneSubset(checked, columns).chunks({ signal, spotRange })) {
      for (let row = 0; row < chunk.spotCount; row++) {
        let depth = 0;
        for (let i = chunk.indptr[row]; i < chunk.indptr[row + 1]; i++) {
          totals[chunk.indices[i]] += chunk.values[i];
          depth += chunk.values[i];
        }
        depths.push(depth);
      }
      report({ stage: "genes", done: depths.length, total });
    }
  }
  const subject = {
    name: "spatial data",
    row: "spot",
    geneNames,
    isSample: true,
    nameRow: async (spot: number) => (await spatial.readSpotName?.(spot)) ?? `number ${spot}`,
    otherMatrices: async () => (await spatial.otherMatrices?.({ signal })) ?? [],
  };
  await requireCounts(finishCountCheck(check), subject, options);
  return { depths: Float64Array.from(depths), totals };
}

function rangesOf(spotCount: number) {
  const { ranges, spots } = LOOKED_AT;
  if (spotCount <= ranges * spots) return [{ start: 0, end: spotCount }];
  return Array.from({ length: ranges }, (_, i) => {
    const start = Math.floor((i * (spotCount - spots)) / (ranges - 1));
    return { start, end: start + spots };
  });
}

/** The middle count of cells; 1 where there are none. */
function usualDepth(cells: CsrChunk): number {
  return depthsOf(cells).sort()[cells.spotCount >> 1] ?? 1;
}
