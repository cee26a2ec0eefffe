import { describe, expect, it } from "vitest";
import { bcd, resolveSolveOptions, type StatArray, solve } from "../src/index.js";
import { type SolveState, solveStrips } from "../src/internal.js";
import { gridProblem, meanDiagonalOf, startOn } from "./grid-problem.js";
import { arrangeInMemory, memoryStripStore } from "./memory-strip-store.js";

const problem = gridProblem({ side: 30, typeCount: 4 });
const { graph, statistics, typeCount } = problem;
const options = resolveSolveOptions({ tolerance: 1e-4 });

/** What a solve is given back after it was stopped: plain data, as JSON and a copy of the array. */
function kept({ abundance, ...facts }: SolveState): SolveState {
  return { ...JSON.parse(JSON.stringify(facts)), abundance: abundance?.slice() };
}

/** At most a dozen, the first and the last among them. */
function someOf<T>(list: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(list.length / 12));
  return list.filter((_, i) => i % step === 0 || i === list.length - 1);
}

describe.each([0.0005, 0.02, 1])("lambda %d x the mean diagonal", (share) => {
  const session = startOn(problem, share * meanDiagonalOf(problem));

  it("gives the same bits from each of its states on", async () => {
    const states: SolveState[] = [];
    const onState = (state: SolveState) => void states.push(kept(state));
    const wanted = await solve(bcd, session, { typeCount, statistics, graph, onState }, options);
    expect(states.length).toBeGreaterThan(2);
    expect(states.some(({ level }) => level !== "section")).toBe(wanted.coarseRows.length > 0);
    for (const resume of someOf(states)) {
      let sweeps = 0;
      const onProgress = () => sweeps++;
      const found = await solve(bcd, session, { typeCount, statistics, graph, resume, onProgress }, options);
      expect(found).toEqual(wanted);
      if (resume.level === "section")
        expect(sweeps).toBe(states.filter((one) => one.level === "section").length - resume.changes.length);
    }
  });

  it("over strips too, whatever the length of their passes", async () => {
    const arranged = await arrangeInMemory(graph, undefined, { blocksPerStrip: 2 });
    const { layout } = arranged;
    const solveOver = async (
      passSeconds: number | undefined,
      stopAt: number,
      resume?: SolveState,
      from?: Strips,
    ) => {
      const store = memoryStripStore(arranged, statistics, typeCount);
      const kepts: Strips = new Map();
      const strips = {
        ...store,
        loadAbundance: async (strip: number, rows: StatArray) => {
          const found = kepts.get(strip) ?? from?.get(strip);
          if (!found) throw new Error(`strip ${strip} was not kept`);
          rows.set(found);
        },
        keep() {
          for (const [strip, rows] of next) kepts.set(strip, rows);
          next.clear();
        },
        storeAbundance: async (strip: number, rows: StatArray) => void next.set(strip, rows.slice()),
      };
      const next: Strips = new Map();
      const answer = new Float64Array(statistics.length);
      const states: { state: SolveState; strips: Strips }[] = [];
      const stop = new Error("stopped");
      const solution = await solveStrips(
        bcd,
        session,
        {
          typeCount,
          layout,
          store: strips,
          precision: "float64",
          windowBytes: 1e8,
          passSeconds,
          resume,
          onState(state) {
            states.push({ state: kept(state), strips: new Map(kepts) });
            if (states.length === stopAt) throw stop;
          },
          onStrip: (strip, rows) => answer.set(rows, layout.stripStarts[strip] * typeCount),
        },
        options,
      ).catch((error) => {
        if (error !== stop) throw error;
        return undefined;
      });
      return { solution, answer, states };
    };
    const wanted = await solveOver(undefined, Infinity);
    const shorter = await solveOver(1e-9, Infinity);
    expect(shorter.states.length).toBeGreaterThanOrEqual(wanted.states.length);
    expect([shorter.solution, shorter.answer]).toEqual([wanted.solution, wanted.answer]);
    for (const { state, strips } of someOf(shorter.states)) {
      const found = await solveOver(undefined, Infinity, state, strips);
      expect([found.solution, found.answer]).toEqual([wanted.solution, wanted.answer]);
    }
  });
});

type Strips = Map<number, StatArray>;
