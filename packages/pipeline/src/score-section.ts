import { freeChunk } from "@flashdeconv/core/internal";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks } from "./contracts/run-context.js";
import type { ReferenceScore } from "./contracts/score.js";
import { findProblem, type OpenProblem } from "./find-problem.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { openRun, sizeOf } from "./open-run.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { narrow } from "./stages/survey/narrow-sample.js";
import { type ScoreControl, scoreReference } from "./tuning/score/score-reference.js";

/** Whether a reference describes a section, without solving anything: reads the reference, and the section or a part of it. */
export async function scoreSection(
  spatial: SpatialInput,
  reference: ReferenceInput,
  input: Partial<DeconvolveOptions> = {},
  { seed, ...callbacks }: DeconvolveCallbacks & { readonly seed?: number } = {},
): Promise<ReferenceScore> {
  const options = resolveDeconvolveOptions(input);
  const size = sizeOf(spatial, reference, options);
  const run = openRun({ ...options, section: spatial, size }, callbacks, buildNoticeList(callbacks.onNotice));
  return scoreProblem(await findProblem(spatial, reference, options, run), { seed, signal: run.signal });
}

/** The score of a reference on the sample of a section. */
export async function scoreProblem(
  { problem, data }: Pick<OpenProblem, "problem" | "data">,
  control: ScoreControl = {},
): Promise<ReferenceScore> {
  const { sample, counts, sharedCounts } = data;
  const { signature, genes, profiles, overdispersion } = problem;
  const fitted = profiles && overdispersion !== undefined ? { profiles, overdispersion } : undefined;
  const { spots, graph } = sample;
  const narrowed = narrow(counts, genes);
  const asked = { signature, counts: narrowed, spots, order: graph.order, sharedCounts, fitted };
  const score = await scoreReference(asked, control);
  freeChunk(narrowed);
  return score;
}
