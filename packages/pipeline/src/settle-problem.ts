import { startCalibration } from "./calibrate-section.js";
import { confusionIn, withoutHalves } from "./confuse-types.js";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { Calibration } from "./contracts/intervals.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { Problem } from "./contracts/problem.js";
import type { RunContext } from "./contracts/run-context.js";
import { findProblem, placeGraph } from "./find-problem.js";
import { methodWith } from "./methods/methods.js";
import { packPlain, unpackPlain } from "./runtime/plain-piece.js";
import { programmeOf, scoreProblem } from "./score-section.js";
import { buildSpatialGraph } from "./stages/neighbors/spatial-graph.js";
import { noteAlikeTypes } from "./stages/solve/note-alike-types.js";
import { noteConfusedTypes } from "./stages/types/note-confused-types.js";
import type { SettledProblem } from "./summarize-section.js";

/**
 * A section and its reference as one problem of which nothing is left open: neighbours, genes in use, mean counts of types, what the sample
 * says of the reference, and how strongly neighbours are drawn together. Found now, or by the run that is resumed.
 */
export async function settleProblem(
  spatial: SpatialInput,
  reference: ReferenceInput,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<SettledProblem> {
  const kept = await loadSettled(spatial, options, run);
  if (kept) return kept;
  const { notices } = run;
  // The reference, and the first pass over the section: neighbours, shared genes, mean counts of each type, genes in use.
  let found = await findProblem(spatial, reference, options, run);
  // On the sample: types that nothing tells apart, those that cannot be told apart at this depth, and whether the reference describes the
  // section at all. The cells that types are tried with go first.
  noteAlikeTypes(found.problem.reference, notices);
  const confusion = await confusionIn(found, options, run);
  found = withoutHalves(found);
  const score = await scoreProblem(found, run);
  // And the genes that it explains least.
  const programme = await programmeOf(found, score, run);
  if (score.level !== "red") noteConfusedTypes(confusion, notices);
  // How strongly neighbours are drawn together.
  const fit = await methodWith(options.solver).tune(found.problem, found.data, options, run);
  // How far proportions may be off, on a tissue made of the reference's cells: a reference of something else could not tell.
  const isCalibrated = options.intervals && score.level !== "red";
  const calibrating = isCalibrated ? startCalibration(found, fit, options, run) : undefined;
  if (!run.executor.isThreaded) await calibrating?.finish();
  const { problem: _, data: __, ...rest } = found;
  const settled = { ...rest, fit, score, programme, confusion, calibrating };
  await keepSettled(settled, run);
  return settled;
}

const PIECE = "settled";

/** All but the graph, which is a piece of its own, and the solver, which the options name. */
type KeptProblem = Omit<SettledProblem, "fit" | "graph" | "calibrating"> & {
  readonly problem: Problem;
  readonly calibration?: Calibration;
};

/** Where the run is left to several processes each of them would have to find it again. */
async function keepSettled(
  { fit, graph: _, calibrating, ...settled }: SettledProblem,
  { checkpoint, stopAt }: RunContext,
): Promise<void> {
  if (!checkpoint || stopAt === undefined) return;
  const calibration = await calibrating?.finish();
  const { halves: __, cells: ___, ...aligned } = settled.aligned;
  const kept: KeptProblem = { ...settled, aligned, problem: fit.problem, calibration };
  await checkpoint.save(PIECE, () => packPlain(kept));
}

async function loadSettled(
  spatial: SpatialInput,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<SettledProblem | undefined> {
  const piece = await run.checkpoint?.load(PIECE);
  if (!piece) return undefined;
  const { problem, calibration, ...settled } = unpackPlain(piece) as KeptProblem;
  return {
    ...settled,
    graph: await placeGraph(await buildSpatialGraph(spatial, options, run), run),
    fit: { solver: options.solver, problem },
    calibrating: calibration && { finish: async () => calibration },
  };
}
