import { optionSchema } from "@flashdeconv/core/internal";
import {
  buildNnlsWorkspace,
  determineGram,
  type Solver,
  type StatArray,
  type SweepStats,
  solveNnls,
  type Tile,
} from "@flashdeconv/solver";

/** Solves the quadratics n p'Gp / 2 - c'p of spots by themselves, from (c, n) of each. */
export const withoutNeighbors: Solver = {
  name: "without-neighbors",
  coupling: "independent",
  input: "counts",
  options: optionSchema("the solver without-neighbors", {}),
  resolveOptions: () => ({}),

  start({ typeNames, gram: given }) {
    const typeCount = typeNames.length;
    const { gram, conditioning } = determineGram(given, typeCount, 0);
    const statWidth = typeCount + 1;
    const target = new Float64Array(typeCount);
    const proportions = new Float64Array(typeCount);
    const work = buildNnlsWorkspace({ gram, target, x: proportions });
    return {
      statWidth,
      conditioning,
      settings: {},

      summarize(rows, out) {
        if (rows.kind === "dense") out.set(rows.values);
      },

      sweep({ spots, statistics }: Tile, abundance: StatArray): SweepStats {
        let largestChange = 0;
        for (let index = 0; index < spots.length; index++) {
          const at = spots[index] * statWidth;
          const row = spots[index] * typeCount;
          const depth = statistics[at + typeCount];
          for (let k = 0; k < typeCount; k++) {
            proportions[k] = 0;
            target[k] = depth > 0 ? statistics[at + k] / depth : 0;
          }
          solveNnls(work, 0);
          let change = 0;
          let total = 0;
          let oldTotal = 0;
          for (let k = 0; k < typeCount; k++) {
            change = Math.max(change, Math.abs(proportions[k] - abundance[row + k]));
            total += proportions[k];
            oldTotal += abundance[row + k];
            abundance[row + k] = proportions[k];
          }
          if (change > 0) largestChange = Math.max(largestChange, change / Math.max(total, oldTotal));
        }
        return { largestChange };
      },
    };
  },
};
