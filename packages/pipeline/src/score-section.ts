import { freeChunk } from "@flashdeconv/core/internal";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { FoundProgramme } from "./contracts/programme.js";
import type { DeconvolveCallbacks, RunContext } from "./contracts/run-context.js";
import type { ReferenceScore } from "./contracts/score.js";
import { findProblem, type OpenProblem } from "./find-problem.js";
import { resolveDeconvolveOptions } from "./methods/resolve-options.js";
import { openRun, sizeOf } from "./open-run.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { narrow } from "./stages/survey/narrow-sample.js";
import { residualProgramme } from "./tuning/score/residual-programme.js";
import { type ScoreControl, type ScoreInput, scoreReference } from "./tuning/score/score-reference.js";

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
  found: ProblemOfSample,
  { report, ...control }: ScoreControl & Partial<Pick<RunContext, "report">> = {},
): Promise<ReferenceScore> {
  const sample = sampleOf(found);
  const total = sample.spots.length;
  report?.({ stage: "score", done: 0, total });
  const score = await scoreReference(sample, control);
  freeChunk(sample.counts);
  report?.({ stage: "score", done: total, total });
  return score;
}

/** What the types leave unexplained on the sample of a section; undefined also where nothing is to be claimed of them. */
export async function programmeOf(
  found: ProblemOfSample,
  { level }: ReferenceScore,
  { report, signal }: Pick<RunContext, "report" | "signal">,
): Promise<FoundProgramme | undefined> {
  if (level === "red" || found.problem.profiles === undefined) return undefined;
  const { fitted, ...sample } = sampleOf(found);
  if (!fitted) return undefined;
  const total = sample.spots.length;
  report({ stage: "unexplained", done: 0, total });
  const programme = await residualProgramme({ ...sample, fitted }, signal);
  freeChunk(sample.counts);
  report({ stage: "unexplained", done: total, total });
  return programme;
}

type ProblemOfSample = Pick<OpenProblem, "problem" | "data">;

function sampleOf({ problem, data }: ProblemOfSample): ScoreInput {
  const { sample, counts, sharedCounts } = data;
  const { signature, genes, profiles, overdispersion } = problem;
  const fitted = profiles && overdispersion !== undefined ? { profiles, overdispersion } : undefined;
  const { spots, graph } = sample;
  return { signature, counts: narrow(counts, genes), spots, order: graph.order, sharedCounts, fitted };
}
