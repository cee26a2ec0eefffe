import { number, optionSchema } from "@flashdeconv/core/internal";
import type { Solver } from "@flashdeconv/solver";
import { resolveBySchema } from "@flashdeconv/solver/internal";
import { weightedSession } from "./weighted-session.js";

export interface WeightedOptions {
  /** Strength of the prior that neighbours are alike, in counts; 0 for independent spots. */
  readonly smoothing: number;
  /**
   * Strength of the prior that each spot is like the tissue as a whole, in counts; 0 for none. It takes noise off where spots
   * have few counts and neighbours are not alike.
   */
  readonly shrinkage: number;
  /**
   * Added to the mean of two proportions in the prior's denominator: below it differences count as they are, above it relative to
   * the proportions.
   */
  readonly epsilon: number;
}

const options = optionSchema<WeightedOptions>("the solver weighted", {
  smoothing: {
    kind: number({ least: 0 }),
    default: 10,
    because:
      'it suited sections of 50 to 5,000 counts per spot; the data choose better, with { smoothing: "auto" }',
    meaning: "how alike neighbours are taken to be, in counts",
  },
  shrinkage: {
    kind: number({ least: 0 }),
    default: 0,
    meaning:
      'how hard each spot is drawn towards the section as a whole, in counts; { smoothing: "auto" } chooses it',
  },
  epsilon: {
    kind: number({ least: 1e-9 }),
    default: 0.005,
    because: "the best of those tried on simulated tissue (0.003 to 0.03)",
    meaning: "proportion above which differences between neighbours count relative to it",
  },
});

/** Strengths to begin a search with: the best ones of simulated sections were 5 to 40, of sharp or shuffled ones 0 to 2. */
const CANDIDATES = [2, 5, 10, 20, 40];
/** The same for shrinkage. */
const SHRINKAGES = [1, 2, 4, 8, 16];

/**
 * Least squares on counts, each gene weighted by its inverse variance and each spot by its counts, with a prior by which the
 * proportions of neighbours differ little, relative to what there is of a type.
 */
export const weighted: Solver<WeightedOptions> = {
  name: "weighted",
  coupling: "neighbors",
  input: "weighted-counts",
  smoothing: { option: "smoothing", candidates: () => CANDIDATES },
  shrinkage: { option: "shrinkage", candidates: () => SHRINKAGES },

  options,
  resolveOptions: (input) => resolveBySchema(options, input),

  start(reference, options, { meanDegree, meanDepth = USUAL_DEPTH, composition, arena }) {
    return weightedSession(reference, {
      ...options,
      composition: composition ?? evenComposition(reference.typeNames.length),
      meanDegree,
      meanDepth,
      arena,
    });
  },
};

/** Where the caller does not know. It decides how fast sweeps converge, not to what. */
const USUAL_DEPTH = 500;

/** Where the caller does not know it. */
function evenComposition(typeCount: number): Float64Array {
  return new Float64Array(typeCount).fill(1 / typeCount);
}
