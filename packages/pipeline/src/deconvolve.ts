import type { Notice } from "@flashdeconv/core";
import { isSignature, type ReferenceInput, type SpatialInput } from "./contracts/inputs.js";
import type { Parameters } from "./contracts/parameters.js";
import { withSpotName } from "./methods/guard-solver.js";
import {
  type DeconvolveCallbacks,
  type DeconvolveOptions,
  resolveDeconvolveOptions,
} from "./methods/resolve-options.js";
import { startArena } from "./runtime/allocator.js";
import { keptNotices } from "./runtime/notice-list.js";
import { solveSection } from "./stages/solve/solve-section.js";
import type { SpotAnswers } from "./stages/solve/spot-answers.js";
import { summarizeSection } from "./summarize-section.js";

/** What a deconvolution found. N spots, K types. */
export interface Deconvolution extends SpotAnswers {
  readonly spotCount: number;
  /** K names, ascending by code point: the columns of `proportions`. */
  readonly typeNames: readonly string[];
  readonly parameters: Parameters;
  readonly notices: readonly Notice[];
}

/**
 * Says which cell types each spot of a section holds.
 *
 * Reads the reference once and the section twice, chunk by chunk: once to choose genes, once to reduce each spot to the
 * K + 1 numbers of the least-squares problem, which is then solved to its optimum over all spots together. In memory are
 * only those numbers, the answer and the graph.
 *
 * @throws CountError, CoordinateError, GeneMismatchError, ShapeError, OptionError for input that cannot be used; what
 * reading the inputs throws; the signal's reason when it is aborted.
 */
export async function deconvolve(
  spatial: SpatialInput,
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> = {},
  callbacks: DeconvolveCallbacks = {},
): Promise<Deconvolution> {
  const options = resolveDeconvolveOptions(input);
  const notices = await keptNotices(callbacks);
  const size = {
    spotCount: spatial.counts.spotCount,
    typeCount: (isSignature(reference) ? reference.typeNames : reference.cellTypes.names).length,
    neighborCount: options.neighborCount,
  };
  const arena = startArena(options.kernels, size, callbacks.executor);
  const { summary, solver } = await summarizeSection(spatial, reference, options, callbacks, notices, arena);
  await callbacks.onSummary?.(summary);
  try {
    return await solveSection(summary, { ...options, solver }, callbacks, notices, arena);
  } catch (error) {
    // On scratch rows have numbers of their own.
    throw await withSpotName(error, callbacks.scratch ? undefined : spatial.readSpotName);
  }
}
