import { type Chunk, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { chooseKernel, relativeSweepKernel, type SharedArena } from "@flashdeconv/kernels";
import {
  type Assessment,
  determineGram,
  type SolverReference,
  type SolverSession,
  type StatArray,
  type SweepStats,
  type Tile,
} from "@flashdeconv/solver";
import { boundGram } from "@flashdeconv/solver/internal";
import { assessCounts } from "./assess-counts.js";
import { neighborMeans } from "./neighbor-means.js";
import { buildRelativePrior } from "./relative-prior.js";
import { buildSingleStep, singleBound } from "./single-step.js";
import { buildCountSweeper, canStart, startCounts, sweepCounts } from "./sweep-counts.js";

export interface WeightedProblem {
  /** Strength of the prior, in counts. */
  readonly smoothing: number;
  /** How hard the tissue as a whole pulls at each spot, in counts. */
  readonly shrinkage: number;
  /** Of the tissue as a whole: K proportions. */
  readonly composition: Float64Array;
  /** Added to the mean of two proportions in the prior's denominator. */
  readonly epsilon: number;
  readonly meanDegree: number;
  /** Mean counts of a spot. */
  readonly meanDepth: number;
  /** Where tiles' arrays may lie; a WebAssembly kernel works on those that do. */
  readonly arena?: SharedArena;
}

/**
 * Where all eigenvalues of the Gram matrix but the greatest are within this factor, one step on the bound (`boundGram`) is nearly the
 * exact one, as long as neighbours have not settled either, and costs a third of it.
 */
const CLOSE = 4;
/** The same where the prior weighs this many times the second eigenvalue. */
const DEFLATED_FROM = 2;
/**
 * The exact step takes K^3 operations, the one on the bound K^2: with more types than this it is taken further from the optimum, as far as
 * the exact one costs more. It needs twice the sweeps there, of which each is 10 (K = 100) to 30 times as fast.
 */
const MANY_TYPES = 64;
/** Types for which the two cost the same. */
const EVEN_TYPES = 16;
/**
 * Up to this many times the number of types, the condition of the Gram matrix lets rounding in single precision grow to 1e-5 of a
 * proportion: it grows from that of the greatest eigenvalue over the types.
 */
const SINGLE_UP_TO = 100;
/**
 * The rarer a type, the harder neighbours pull at it, and the last errors to go are those of rare types, in spots of few counts. With the
 * pull at a sixth of an even share over-relaxation needs the fewest sweeps on most sections, where an even share needs half as many more,
 * and the estimated error holds where spots differ in depth; at a quarter it fell short by a twentieth there.
 */
const SLOW_SHARE = 1 / 6;
/** Where only the tissue pulls, spots do not depend on each other, but the prior is not a quadratic: one sweep is not all. */
const BY_ITSELF = Number.MIN_VALUE;

/**
 * Minimises, over P >= 0,
 *
 *   sum_i n_i / 2 p_i'G p_i - c_i'p_i  +  smoothing / (2 mean degree) sum over edges and types of phi(p_i, p_j)
 *                                      +  shrinkage / 2 sum over spots with counts and types of phi(p_i, composition)
 *
 * from each spot's n and c = sum_g y_g w_g x_g. The whole is convex. A sweep sets each spot to the minimum, over p >= 0, of a
 * quadratic that matches its objective to second order, where that is sure to lower the objective, and of one that bounds it from
 * above where not: so each update lowers the objective, in any order, and the driver's order makes it the same for all tiles.
 */
export function weightedSession(reference: SolverReference, problem: WeightedProblem): SolverSession {
  const typeCount = reference.typeNames.length;
  const statWidth = typeCount + 1;
  const { smoothing, shrinkage, composition, epsilon, meanDegree, meanDepth, arena } = problem;
  const edgeWeight = meanDegree > 0 ? smoothing / meanDegree : 0;
  const tissue = { composition, weight: shrinkage };
  const prior = buildRelativePrior(typeCount, edgeWeight, epsilon, tissue);
  const pulling = meanDegree > 0 ? smoothing : 0;
  /** Curvature of so strong a prior over a spot's count, at a proportion. */
  const shiftAt = (strength: number, proportion: number) => strength / (meanDepth * (proportion + epsilon));
  const evenShift = shiftAt(pulling + shrinkage, 1 / typeCount);
  /** Of the types that hold sweeps up, by neighbours and by the tissue. */
  const slowShift = shiftAt(pulling, SLOW_SHARE / typeCount);
  const heldShift = shiftAt(shrinkage, SLOW_SHARE / typeCount);
  const { gram, eigen, smallest, conditioning } = determineGram(
    reference.gram,
    typeCount,
    slowShift + heldShift,
  );
  const deflated = boundGram(eigen);
  const cost = typeCount > MANY_TYPES ? typeCount / EVEN_TYPES : 1;
  const isClose =
    deflated !== undefined &&
    (deflated.rest <= cost * CLOSE * smallest || cost * evenShift >= DEFLATED_FROM * deflated.rest);
  const bound = isClose ? deflated : undefined;
  const single =
    bound && conditioning <= SINGLE_UP_TO * typeCount ? singleBound(gram, bound, composition) : undefined;
  const sweeper = buildCountSweeper(gram, prior, { bound, single: single && buildSingleStep(single, prior) });
  const kernel =
    arena &&
    chooseKernel("auto", () =>
      relativeSweepKernel(arena, { typeCount, gram, edgeWeight, epsilon, tissue, bound, single }),
    );

  return {
    statWidth,
    pull: slowShift > 0 ? slowShift / (smallest + heldShift) : shrinkage > 0 ? BY_ITSELF : 0,
    conditioning,
    settings: { smoothing, shrinkage, epsilon },

    summarize(rows: Chunk, out: StatArray): void {
      if (rows.kind !== "dense" || rows.width !== statWidth) {
        throw new ShapeError({
          subject: "weighted solver",
          found: `${rows.kind} rows of width ${rows.width}`,
          expected: `dense rows of ${numbered(statWidth, "number")} (one per type and the spot's count)`,
          remedy: 'Feed it from a source of the kind its `input` names ("weighted-counts").',
        });
      }
      out.set(rows.values);
    },

    sweep(tile: Tile, abundance: StatArray): SweepStats {
      // Neighbours pull, but the tile has no edge: spots start by themselves, and near to their own answers will do.
      if (edgeWeight > 0 && shrinkage === 0 && tile.indices.length === 0 && canStart(sweeper, abundance)) {
        if (!kernel?.startCounts(tile, abundance)) startCounts(sweeper, tile, abundance);
        return { largestChange: 1 };
      }
      return {
        largestChange: kernel?.sweepCounts(tile, abundance) ?? sweepCounts(sweeper, tile, abundance),
      };
    },

    // No table of results: what a pass that chooses types wants to know of a spot's surroundings.
    tabulate(tile: Tile, abundance: StatArray, out: StatArray): void {
      neighborMeans(tile, abundance, { composition, isCoupled: edgeWeight > 0 }, out);
    },

    assess(tile: Tile, abundance: StatArray): Assessment {
      const found = kernel?.assessCounts(tile, abundance) ?? assessCounts(sweeper, tile, abundance);
      return { ...found, proportionErrorBound: Number.POSITIVE_INFINITY };
    },
  };
}
