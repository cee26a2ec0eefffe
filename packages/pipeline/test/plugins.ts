import type { Solver, SolverInput } from "@flashdeconv/solver";

/** A solver plugin for rows of any kind: how much of each type's own row there is in the spot's, type by type. */
export function projection(input: Exclude<SolverInput, "weighted-counts">): Solver {
  return {
    name: "projection",
    coupling: "independent",
    input,
    resolveOptions: () => ({}),
    start({ typeNames, width, values }) {
      const typeCount = typeNames.length;
      const lengths = typeNames.map((_, k) =>
        values.subarray(k * width, (k + 1) * width).reduce((sum, value) => sum + value * value, 0),
      );
      return {
        statWidth: typeCount,
        settings: {},
        summarize(rows, out) {
          for (let spot = 0; spot < rows.spotCount; spot++) {
            for (let k = 0; k < typeCount; k++) {
              const own = values.subarray(k * width, (k + 1) * width);
              let product = 0;
              if (rows.kind === "dense") {
                for (let i = 0; i < width; i++) product += own[i] * rows.values[spot * rows.width + i];
              } else {
                for (let i = rows.indptr[spot]; i < rows.indptr[spot + 1]; i++) {
                  product += own[rows.indices[i]] * rows.values[i];
                }
              }
              out[spot * typeCount + k] = Math.max(0, product) / lengths[k];
            }
          }
        },
        sweep({ spots, statistics }, abundance) {
          for (const spot of spots) {
            for (let k = 0; k < typeCount; k++)
              abundance[spot * typeCount + k] = statistics[spot * typeCount + k];
          }
          return { largestChange: 0 };
        },
      };
    },
  };
}
