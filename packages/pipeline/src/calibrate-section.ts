import { type CsrChunk, inlineExecutor, type ReferenceSignature } from "@flashdeconv/core";
import { breather } from "@flashdeconv/core/internal";
import { refiningGram } from "@flashdeconv/solver-poisson/internal";
import type { Calibration } from "./contracts/intervals.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { RunContext } from "./contracts/run-context.js";
import type { PipelineTasks } from "./contracts/tasks.js";
import type { OpenProblem } from "./find-problem.js";
import { methodWith } from "./methods/methods.js";
import { startArena } from "./runtime/allocator.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { divisorsOf, measuresOf } from "./stages/solve/amount.js";
import type { Evidence } from "./stages/survey/gather-evidence.js";
import { narrow } from "./stages/survey/narrow-sample.js";
import { geneTotals } from "./stages/survey/sample-totals.js";
import { calibrateTile, type TileMethod } from "./tuning/intervals/calibrate-tile.js";
import { informationOf } from "./tuning/intervals/effective-cells.js";
import { solveTile } from "./tuning/intervals/solve-tile.js";
import { chooseTile } from "./tuning/intervals/tile.js";
import { type Fit, strengthsIn, withStrengths } from "./tuning/settle-smoothing.js";

/** A calibration under way. */
export interface Calibrating {
  /** Tells of its steps from now on. */
  finish(): Promise<Calibration>;
}

/** Begins to find how wide the intervals of a section are, on a tile of its sample: on the calling thread, while others read the section. */
export function startCalibration(
  found: OpenProblem,
  fit: Fit,
  options: DeconvolveOptions,
  run: RunContext,
): Calibrating {
  // Until then another stage is told of.
  let isTold = false;
  const report: RunContext["report"] = (progress) => {
    if (isTold) run.report(progress);
  };
  const calibration = calibrateSection(found, fit, options, { ...run, report });
  // What the pass beside it fails with comes first.
  calibration.catch(() => undefined);
  return {
    finish() {
      isTold = true;
      return calibration;
    },
  };
}

async function calibrateSection(
  { aligned, data, countsPerCell }: OpenProblem,
  fit: Fit,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<Calibration> {
  const { signature, genes, reference, silentTypes, solverOptions, referenceCounts } = fit.problem;
  const { typeNames } = signature;
  const method = methodWith(options.solver);
  const tile = chooseTile(data.sample, narrow(data.counts, genes));
  // What is to be told of the section was told; of a tissue that was made up nothing is.
  const quiet: RunContext = { ...run, notices: buildNoticeList(), report: () => {} };
  const turns = breather(run.signal);
  let stepCount = 0;
  const step = async () => {
    run.report({ stage: "intervals", done: stepCount++, total: undefined });
    await turns();
  };
  const cellCounts = Float64Array.from(typeNames, (name) => {
    const type = aligned.signature.typeNames.indexOf(name);
    return referenceCounts ? (aligned.cellCounts?.[type] ?? 0) : 0;
  });
  const strengths = strengthsIn(fit);
  const size = {
    spotCount: tile.counts.spotCount,
    typeCount: typeNames.length,
    neighborCount: data.context.meanDegree,
    solveCount: 4,
  };
  // The threads have other work.
  const executor = inlineExecutor({} as PipelineTasks);
  const alone: RunContext = { ...run, executor, arena: startArena(run.kernels, size) };
  const refinementOf = (own: Fit) => method.refine?.(own, options, quiet.notices);
  const tileMethod: TileMethod = {
    async prepare(counts, own, changes) {
      await step();
      const evidence = evidenceOf(counts, own, referenceCounts && cellCounts);
      const settings = { ...options, genes: "all" as const, ...changes };
      const problem = await method.prepare(evidence, counts, settings, quiet);
      return withStrengths({ solver: fit.solver, problem }, strengths, {});
    },
    async solve(own, counts) {
      await step();
      const { graph } = tile.sample;
      const { meanDegree } = data.context;
      return solveTile({ fit: own, refinement: refinementOf(own), counts, graph, meanDegree }, alone);
    },
  };
  const measured = { reference, silentTypes, measures: measuresOf(fit.problem), countsPerCell };
  const divisors = divisorsOf(measured, options);
  const refinement = refinementOf(fit);
  const gram = refinement ? refiningGram(refinement) : reference.gram;
  const { epsilon } = solverOptions as { readonly epsilon: number };
  const { cells } = aligned;
  return calibrateTile(
    {
      tile,
      fit,
      cells: cells && { ...cells, counts: narrow(cells.counts, genes) },
      cellTypes: aligned.signature.typeNames,
      cellCounts,
      rules: {
        information: informationOf(gram, typeNames.length),
        strengths,
        epsilon,
        amount: options.amount,
        ...(divisors && { divisors }),
      },
    },
    tileMethod,
  );
}

/** What is known of a tissue that was made up, and of its reference: all genes are in use. */
function evidenceOf(
  counts: CsrChunk,
  signature: ReferenceSignature,
  cellCounts: Float64Array | undefined,
): Evidence {
  const rawTotal = geneTotals(counts);
  const { width, spotCount } = counts;
  // Genes are chosen by these, and none is here.
  const none = new Float64Array(width);
  return {
    moments: { spotCount, rawTotal, mean: none, variance: none },
    genes: Int32Array.from({ length: width }, (_, g) => g),
    signature,
    silentTypes: [],
    ...(cellCounts && { cellCounts: new Map(signature.typeNames.map((name, k) => [name, cellCounts[k]])) }),
  };
}
