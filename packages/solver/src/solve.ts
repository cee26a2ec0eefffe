import {
  buildOrderedSum,
  finishOrderedSum,
  type NeighborGraph,
  OptionError,
  ORDERED_SUM_BLOCK,
  orderedSumAt,
} from "@flashdeconv/core";
import type { Assessment, Solver, SolverSession, StatArray, Tile } from "./solver.js";
import { StoppingRule } from "./stopping-rule.js";
import { updateOrder } from "./update-order.js";

export interface SolveOptions {
  /** Largest error of any proportion to stop at, as estimated; 1e-3 by default, a tenth of a per cent of a spot. */
  readonly tolerance: number;
  /** Sweeps after which to give up; the result then says that it has not converged. */
  readonly maxSweeps: number;
}

export const SOLVE_DEFAULTS: SolveOptions = Object.freeze({ tolerance: 1e-3, maxSweeps: 20_000 });

export interface SolveProgress {
  readonly sweep: number;
  /** Estimated largest error of any proportion. */
  readonly estimate: number;
  readonly tolerance: number;
}

export interface SolveInput {
  readonly typeCount: number;
  /** N x session.statWidth, as `summarize` wrote it. */
  readonly statistics: StatArray;
  readonly graph: NeighborGraph;
  /** A permutation of the spots that keeps neighbours close, for the order of updates; storage order if left out. */
  readonly spatialOrder?: Int32Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
}

export interface Solution {
  /** N x K, at least 0. */
  readonly abundance: Float64Array;
  readonly sweeps: number;
  readonly converged: boolean;
  /** Estimated largest error of any proportion; 0 for independent spots. */
  readonly proportionErrorEstimate: number;
  /** Over all spots; undefined for a session that cannot judge. */
  readonly assessment: Assessment | undefined;
}

/** Sweeps without over-relaxation at the start: they settle which types are present, where overshooting would not help. */
const PLAIN_SWEEPS = 2;
/** Spots per call into the session: a few hundred milliseconds at most, so that an abort is heard in time. */
const SPOTS_PER_CALL = 16_384;

export function resolveSolveOptions(input: Partial<SolveOptions> = {}): SolveOptions {
  const { tolerance, maxSweeps } = { ...SOLVE_DEFAULTS, ...input };
  if (!(typeof tolerance === "number" && tolerance > 0 && tolerance < 1)) {
    throw new OptionError({ option: "tolerance", value: tolerance, rule: "a number above 0 and below 1" });
  }
  if (!Number.isInteger(maxSweeps) || maxSweeps < 1) {
    throw new OptionError({ option: "maxSweeps", value: maxSweeps, rule: "a whole number of at least 1" });
  }
  return { tolerance, maxSweeps };
}

/** Sweeps a session over all spots until the largest error of any proportion is estimated below the tolerance. */
export async function solve(
  solver: Pick<Solver, "coupling">,
  session: SolverSession,
  input: SolveInput,
  options: SolveOptions,
): Promise<Solution> {
  const { graph, statistics, typeCount } = input;
  const { spotCount } = graph;
  const abundance = new Float64Array(spotCount * typeCount);
  const turns = breather(input.signal);

  const sweepAll = async (lists: Int32Array[], tile: Omit<Tile, "spots">): Promise<number> => {
    let largest = 0;
    for (const list of lists) {
      for (let from = 0; from < list.length; from += SPOTS_PER_CALL) {
        await turns();
        const spots = list.subarray(from, from + SPOTS_PER_CALL);
        largest = Math.max(largest, session.sweep({ ...tile, spots }, abundance).largestChange);
      }
    }
    return largest;
  };

  // Every spot by itself first: a start that is right where smoothing is weak, and all there is for independent spots.
  const alone = {
    statistics,
    indptr: new Int32Array(spotCount + 1),
    indices: new Int32Array(0),
    relaxation: 1,
  };
  await sweepAll([Int32Array.from({ length: spotCount }, (_, spot) => spot)], alone);
  let sweeps = 1;
  let estimate = 0;
  if (solver.coupling === "neighbors") {
    const order = updateOrder(graph, input.spatialOrder);
    const rule = new StoppingRule();
    do {
      const relaxation = sweeps <= PLAIN_SWEEPS ? 1 : (session.relaxation ?? 1);
      const { indptr, indices } = graph;
      rule.add(await sweepAll(order, { statistics, indptr, indices, relaxation }), relaxation);
      sweeps++;
      estimate = rule.estimate;
      input.onProgress?.({ sweep: sweeps, estimate, tolerance: options.tolerance });
    } while (estimate > options.tolerance && sweeps < options.maxSweeps);
  }
  return {
    abundance,
    sweeps,
    converged: estimate <= options.tolerance,
    proportionErrorEstimate: estimate,
    assessment: await assessAll(session, { graph, statistics }, abundance, turns),
  };
}

async function assessAll(
  session: SolverSession,
  { graph, statistics }: { graph: NeighborGraph; statistics: StatArray },
  abundance: Float64Array,
  turns: () => Promise<void>,
): Promise<Assessment | undefined> {
  if (!session.assess) return undefined;
  const objective = buildOrderedSum(1);
  let kktResidual = 0;
  let proportionErrorBound = 0;
  for (let start = 0; start < graph.spotCount; start += ORDERED_SUM_BLOCK) {
    await turns();
    const length = Math.min(ORDERED_SUM_BLOCK, graph.spotCount - start);
    const spots = Int32Array.from({ length }, (_, i) => start + i);
    const { indptr, indices } = graph;
    const part = session.assess({ spots, statistics, indptr, indices, relaxation: 1 }, abundance);
    orderedSumAt(objective, start)[0] += part.objective;
    kktResidual = Math.max(kktResidual, part.kktResidual);
    proportionErrorBound = Math.max(proportionErrorBound, part.proportionErrorBound);
  }
  return { objective: finishOrderedSum(objective)[0], kktResidual, proportionErrorBound };
}

/** Lets timers and signals run now and then, and throws the signal's reason once it is aborted. */
function breather(signal?: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - last < 100) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
    signal?.throwIfAborted();
  };
}
