import { describe, expect, it } from "vitest";
import { goldenFacts } from "../../../test/golden-data.js";
import { readNpy } from "../../../test/read-npy.js";
import { sharedData } from "../../../test/shared-data.js";
import type { BcdOptions } from "../src/bcd.js";
import { bcd, resolveSolveOptions, solve } from "../src/index.js";

const expected = sharedData("golden/expected");

/** The golden section from its sketched matrices on: 900 spots, 7 types, 6 nearest neighbours. */
function goldenProblem(folder: string) {
  const load = (name: string) => readNpy(`${folder}/${name}.npy`);
  const x = load("X_sketch_log_cpm");
  const y = load("Y_sketch_log_cpm");
  const [typeCount, width] = x.shape;
  const [spotCount] = y.shape;
  const product = (a: Float64Array, b: Float64Array, i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += a[i * width + c] * b[j * width + c];
    return sum;
  };
  const xs = Float64Array.from(x.values);
  const ys = Float64Array.from(y.values);
  const gram = new Float64Array(typeCount * typeCount);
  for (let k = 0; k < typeCount; k++)
    for (let l = 0; l < typeCount; l++) gram[k * typeCount + l] = product(xs, xs, k, l);
  const statistics = new Float64Array(spotCount * (typeCount + 1));
  for (let i = 0; i < spotCount; i++) {
    for (let k = 0; k < typeCount; k++) statistics[i * (typeCount + 1) + k] = product(ys, xs, i, k);
    statistics[i * (typeCount + 1) + typeCount] = product(ys, ys, i, i);
  }
  const graph = {
    spotCount,
    indptr: load("knn6_indptr").values as Int32Array,
    indices: load("knn6_indices").values as Int32Array,
  };
  const typeNames = Array.from({ length: typeCount }, (_, k) => `type ${k}`);
  return { reference: { typeNames, width: typeCount, values: gram, gram }, statistics, graph, typeCount };
}

describe.skipIf(!expected)("golden numbers (skipped without ../shared/data/golden)", () => {
  const folder = expected as string;
  const { cases } = goldenFacts();

  it.each([
    ["log_cpm", "auto"],
    ["log_cpm_lambda0", 0],
    ["log_cpm_lambda50", 50],
    ["log_cpm_lambda500", 500],
    ["log_cpm_lambda5000", 5000],
  ] as [string, BcdOptions["lambda"]][])(
    "%s: proportions within 1e-7, objective as reported",
    async (name, lambda) => {
      const { reference, statistics, graph, typeCount } = goldenProblem(folder);
      const meanDegree = graph.indices.length / graph.spotCount;
      const context = { spotCount: graph.spotCount, meanDegree };
      const session = bcd.start(reference, bcd.resolveOptions({ lambda }), context);
      const solution = await solve(
        bcd,
        session,
        { typeCount, statistics, graph },
        resolveSolveOptions({ tolerance: 1e-10 }),
      );
      expect(solution.converged).toBe(true);
      expect(session.settings.lambda).toBeCloseTo(cases[name].lambda, 9);

      const wanted = readNpy(`${folder}/proportions_${name}.npy`).values;
      let worst = 0;
      for (let i = 0; i < graph.spotCount; i++) {
        const row = solution.abundance.subarray(i * typeCount, (i + 1) * typeCount);
        const total = row.reduce((sum, value) => sum + value, 0);
        for (let k = 0; k < typeCount; k++) {
          const proportion = total > 0 ? row[k] / total : 1 / typeCount;
          worst = Math.max(worst, Math.abs(proportion - wanted[i * typeCount + k]));
        }
      }
      expect(worst).toBeLessThan(1e-7);
      expect(Math.abs(solution.assessment!.objective / cases[name].objective - 1)).toBeLessThan(1e-9);
    },
  );
});
