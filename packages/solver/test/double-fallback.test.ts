import { describe, expect, it } from "vitest";
import { bcd, resolveSolveOptions, type StatArray, solve } from "../src/index.js";
import { type SolveState, solveStrips } from "../src/internal.js";
import { sectionProgress } from "../src/section-progress.js";
import { gridProblem, meanDiagonalOf, proportionDifference, startOn } from "./grid-problem.js";
import { arrangeInMemory, memoryStripStore } from "./memory-strip-store.js";

const options = resolveSolveOptions();
const problem = gridProblem({ side: 24, typeCount: 4 });
const { graph, gram, typeCount } = problem;
const scale = meanDiagonalOf(problem);

/**
 * A sparse section: every ninth spot holds next to nothing beside neighbours that hold much, so that the rounding of theirs is large
 * next to it. Statistics are made for a given optimum.
 */
function sparseStatistics(lambda: number): Float32Array {
  const spotCount = graph.spotCount;
  const rho = bcd.resolveOptions().rho * scale;
  const optimum = Float64Array.from({ length: spotCount * typeCount }, (_, i) => {
    const [spot, type] = [Math.floor(i / typeCount), i % typeCount];
    const amount = 0.2 + ((spot * 7 + type * 5) % 11) / 10;
    return spot % 9 === 4 ? amount * 3e-6 : amount;
  });
  const statistics = new Float32Array(spotCount * (typeCount + 1));
  for (let spot = 0; spot < spotCount; spot++) {
    for (let k = 0; k < typeCount; k++) {
      let value = rho;
      for (let l = 0; l < typeCount; l++) value += gram[k * typeCount + l] * optimum[spot * typeCount + l];
      for (let e = graph.indptr[spot]; e < graph.indptr[spot + 1]; e++) {
        value += lambda * (optimum[spot * typeCount + k] - optimum[graph.indices[e] * typeCount + k]);
      }
      statistics[spot * (typeCount + 1) + k] = value;
    }
  }
  return statistics;
}

describe.each([0.5, 5])("where single precision cannot hold what is left to do (lambda %d)", (share) => {
  const lambda = share * scale;
  const session = startOn(problem, lambda);
  const statistics = sparseStatistics(lambda);
  const solveIn = (
    abundance: StatArray,
    extra: { resume?: SolveState; onState?: (s: SolveState) => void } = {},
  ) => solve<StatArray>(bcd, session, { typeCount, statistics, graph, abundance, ...extra }, options);
  const single = () => new Float32Array(graph.spotCount * typeCount);

  it("continues in double and converges, in about as many sweeps as in double alone", async () => {
    const wanted = await solveIn(new Float64Array(graph.spotCount * typeCount));
    const found = await solveIn(single());
    expect([wanted.converged, wanted.doubleFrom]).toEqual([true, undefined]);
    expect(found.converged).toBe(true);
    expect(found.doubleFrom).toBeGreaterThan(0);
    expect(found.sweeps).toBeLessThan(3 * wanted.sweeps);
    expect(proportionDifference(found.abundance, wanted.abundance, typeCount)).toBeLessThan(2e-3);
  });

  it("gives the same bits from each of its states on", async () => {
    const states: SolveState[] = [];
    const wanted = await solveIn(single(), {
      onState: (state) =>
        void states.push({ ...state, changes: [...state.changes], abundance: state.abundance?.slice() }),
    });
    expect(states.some(({ abundance }) => abundance instanceof Float64Array)).toBe(true);
    for (const resume of states.filter((_, i) => i % 5 === 0 || i > states.length - 16)) {
      expect(await solveIn(single(), { resume })).toEqual(wanted);
    }
  });

  it("on strips to the same bits, whatever the window", async () => {
    const { abundance, ...wanted } = await solveIn(single());
    const strips = await arrangeInMemory(graph, undefined, { blocksPerStrip: 1 });
    const { layout } = strips;
    for (const windowBytes of [2 ** 17, 2 ** 24]) {
      const answer = single();
      const found = await solveStrips(
        bcd,
        session,
        {
          typeCount,
          layout,
          store: memoryStripStore(strips, statistics, typeCount),
          precision: "float32",
          windowBytes,
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
        options,
      );
      expect(found).toEqual(wanted);
      expect(answer).toEqual(abundance);
    }
  });
});

describe("when to continue in double", () => {
  const facts = { session: { pull: 63 }, coarseRows: [10], isCoupled: true };
  const after = (changes: number[], abundance: StatArray, tolerance = 1e-3) => {
    const progress = sectionProgress({ ...facts, abundance }, resolveSolveOptions({ tolerance }));
    progress.replay(changes);
    return progress;
  };
  const falling = Array.from({ length: 30 }, (_, i) => 0.7 ** i);
  const standing = [...falling.slice(0, 20), ...new Array<number>(12).fill(2e-3)];

  it("is when changes stand, in single precision alone, at a tolerance that single can hold", () => {
    expect(after(falling, new Float32Array(0)).needsDouble).toBe(false);
    expect(after(standing.slice(0, -1), new Float32Array(0)).needsDouble).toBe(false);
    expect(after(standing, new Float32Array(0)).doubleFrom).toBe(standing.length);
    expect(after(standing, new Float64Array(0)).needsDouble).toBe(false);
    expect(after(standing, new Float32Array(0), 1e-9).needsDouble).toBe(false);
  });
});
