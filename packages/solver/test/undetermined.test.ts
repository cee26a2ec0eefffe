import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bcd, nnls, resolveSolveOptions, type Solver, solve } from "../src/index.js";
import { solveStrips } from "../src/internal.js";
import { type GridProblem, gridProblem } from "./grid-problem.js";
import { arrangeInMemory, memoryStripStore } from "./memory-strip-store.js";

const SIDE = 9;
const K = 4;

/** How further types are made of the K that there are: each a row of K numbers. */
const KINDS: Record<string, readonly (readonly number[])[]> = {
  twin: [[1, 0, 0, 0]],
  triplet: [
    [1, 0, 0, 0],
    [1, 0, 0, 0],
  ],
  "two pairs of twins": [
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ],
  mixture: [[0.5, 0.5, 0, 0]],
  "two mixtures": [
    [0.5, 0.5, 0, 0],
    [0, 0.3, 0.3, 0.4],
  ],
  "scaled copy": [[3, 0, 0, 0]],
  "nearly a twin": [[1 + 1e-5, -1e-5, 0, 0]],
  silent: [[0, 0, 0, 0]],
};

/** The problem with further types, all of them in the given order. */
function withTypes(problem: GridProblem, further: readonly (readonly number[])[], order: readonly number[]) {
  const rows = [
    ...Array.from({ length: K }, (_, k) => Array.from({ length: K }, (_, l) => Number(k === l))),
    ...further,
  ];
  const mixes = order.map((k) => rows[k]);
  const typeCount = mixes.length;
  const gram = new Float64Array(typeCount * typeCount);
  for (const [a, left] of mixes.entries())
    for (const [b, right] of mixes.entries())
      for (let k = 0; k < K; k++)
        for (let l = 0; l < K; l++) gram[a * typeCount + b] += left[k] * right[l] * problem.gram[k * K + l];
  const spotCount = SIDE * SIDE;
  const statistics = new Float64Array(spotCount * (typeCount + 1));
  for (let spot = 0; spot < spotCount; spot++) {
    for (const [a, mix] of mixes.entries())
      for (let k = 0; k < K; k++)
        statistics[spot * (typeCount + 1) + a] += mix[k] * problem.statistics[spot * (K + 1) + k];
    statistics[spot * (typeCount + 1) + typeCount] = problem.statistics[spot * (K + 1) + K];
  }
  return { ...problem, typeCount, gram, statistics };
}

function sessionOf({ gram, typeCount, graph }: GridProblem, solver: Solver, lambdaShare: number) {
  const typeNames = Array.from({ length: typeCount }, (_, k) => `type ${k}`);
  const scale =
    gram.reduce((sum, value, i) => (i % (typeCount + 1) === 0 ? sum + value : sum), 0) / typeCount;
  const options = solver === nnls ? {} : { lambda: lambdaShare * scale };
  return solver.start({ typeNames, width: typeCount, values: gram, gram }, solver.resolveOptions(options), {
    spotCount: graph.spotCount,
    meanDegree: graph.indices.length / graph.spotCount,
  });
}

async function solveIn(
  problem: GridProblem,
  solver: Solver,
  lambdaShare: number,
  precision: "float32" | "float64",
) {
  const Store = precision === "float32" ? Float32Array : Float64Array;
  const statistics = Store.from(problem.statistics);
  const abundance = new Store(SIDE * SIDE * problem.typeCount);
  const session = sessionOf(problem, solver, lambdaShare);
  const input = { ...problem, statistics, abundance };
  const found = await solve<Float32Array | Float64Array>(solver, session, input, resolveSolveOptions());
  return { ...found, session, statistics };
}

/** Rows of proportions, types in the order they were made in. */
function proportionsOf(abundance: ArrayLike<number>, order: readonly number[]): number[][] {
  const typeCount = order.length;
  return Array.from({ length: SIDE * SIDE }, (_, spot) => {
    const row = order.map((_, made) => abundance[spot * typeCount + order.indexOf(made)]);
    const total = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => value / total);
  });
}

function greatestDifference(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, k) => Math.abs(value - b[i][k]))));
}

const base = gridProblem({ side: SIDE, typeCount: K });
const orders = (count: number) =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, i) => i),
    { minLength: count },
  );

describe.each(Object.entries(KINDS))("types that the data do not determine: %s", (_, further) => {
  const inOrder = Array.from({ length: K + further.length }, (_, i) => i);
  const runs = [
    [nnls as Solver, 0],
    [bcd as Solver, 0],
    [bcd as Solver, 0.001],
    [bcd as Solver, 1],
  ] as const;

  it("every solver converges in either precision, to the same answer whatever the order", async () => {
    await fc.assert(
      fc.asyncProperty(
        orders(K + further.length),
        fc.constantFrom(...runs),
        fc.constantFrom("float32", "float64"),
        async (order, [solver, lambdaShare], precision) => {
          const wanted = await solveIn(withTypes(base, further, inOrder), solver, lambdaShare, "float64");
          const found = await solveIn(withTypes(base, further, order), solver, lambdaShare, precision);
          expect([wanted.converged, found.converged]).toEqual([true, true]);
          const difference = greatestDifference(
            proportionsOf(found.abundance, order),
            proportionsOf(wanted.abundance, inOrder),
          );
          expect(difference).toBeLessThan(2e-3);
          expect(found.proportionErrorEstimate).toBeLessThan(1);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("on strips to the same bits", async () => {
    const problem = withTypes(base, further, inOrder);
    const { abundance, session, statistics, ...wanted } = await solveIn(
      problem,
      bcd as Solver,
      0.5,
      "float32",
    );
    const strips = await arrangeInMemory(problem.graph, undefined, { blocksPerStrip: 1 });
    const { layout } = strips;
    const store = memoryStripStore(strips, statistics, problem.typeCount);
    const answer = new Float32Array(abundance.length);
    const { typeCount } = problem;
    const found = await solveStrips(
      bcd,
      session,
      {
        typeCount,
        layout,
        store,
        precision: "float32",
        windowBytes: 2 ** 24,
        onStrip(strip, rows) {
          for (
            let position = layout.stripStarts[strip];
            position < layout.stripStarts[strip + 1];
            position++
          ) {
            const from = (position - layout.stripStarts[strip]) * typeCount;
            answer.set(rows.subarray(from, from + typeCount), strips.spotAt[position] * typeCount);
          }
        },
      },
      resolveSolveOptions(),
    );
    expect(found).toEqual(wanted);
    expect(answer).toEqual(abundance);
  });
});

describe("types of equal signatures", () => {
  it.each([0, 0.001, 1])("share equally (lambda %d)", async (lambdaShare) => {
    const problem = withTypes(
      base,
      [
        [1, 0, 0, 0],
        [1, 0, 0, 0],
      ],
      [4, 1, 0, 2, 5, 3],
    );
    const { abundance } = await solveIn(problem, bcd as Solver, lambdaShare, "float32");
    const rows = proportionsOf(abundance, [4, 1, 0, 2, 5, 3]);
    expect(rows.filter((row) => row[0] > 0.01).length).toBeGreaterThan(rows.length / 4);
    for (const row of rows) {
      expect(row[4]).toBeCloseTo(row[0], 5);
      expect(row[5]).toBeCloseTo(row[0], 5);
    }
  });
});
