import { ShapeError, type SpotRange } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import { describe, expect, it } from "vitest";
import {
  assessPiece,
  type PieceRunner,
  type SolveLevel,
  sweepPiece,
  tabulatePiece,
  workOnLevel,
} from "../src/internal.js";
import { gridProblem, meanDiagonalOf, solveGrid, startOn } from "./grid-problem.js";

const problem = gridProblem({ side: 180, typeCount: 3 });
const lambda = 3 * meanDiagonalOf(problem);

/** Runs pieces on three sessions of their own, last first, and on copies of the level's views as a thread would have. */
function scatteringRunner() {
  const sessions = [startOn(problem, lambda), startOn(problem, lambda), startOn(problem, lambda)];
  const seen = { levels: new Set<unknown>(), work: new Set<string>(), mostPieces: 0 };
  const overThere = (level: SolveLevel): SolveLevel => ({
    ...level,
    abundance: new Float64Array(level.abundance.buffer),
    order: new Int32Array(level.order.buffer),
  });
  const each = <T>(
    level: SolveLevel,
    pieces: readonly SpotRange[],
    run: (piece: SpotRange, i: number) => T,
  ) => {
    seen.levels.add(level.abundance);
    seen.mostPieces = Math.max(seen.mostPieces, pieces.length);
    const results: T[] = [];
    for (let i = pieces.length - 1; i >= 0; i--) results[i] = run(pieces[i], i);
    return results;
  };
  const runner: PieceRunner = {
    async sweep(jobs) {
      return jobs.map(({ level, pieces, relaxation }) => {
        const all = each(level, pieces, (piece, i) =>
          sweepPiece(sessions[i % 3], overThere(level), piece, relaxation),
        );
        return { largestChange: Math.max(...all.map((stats) => stats.largestChange)) };
      });
    },
    async assess(level, pieces) {
      return each(level, pieces, (piece, i) => assessPiece(sessions[i % 3], overThere(level), piece));
    },
    async work(work, pieces) {
      seen.work.add(work.kind);
      for (const piece of pieces.toReversed()) workOnLevel(work, piece);
    },
    async tabulate(level, pieces, rows) {
      each(level, pieces, (piece, i) => tabulatePiece(sessions[i % 3], overThere(level), piece, rows));
    },
  };
  return { runner, seen };
}

describe("PieceRunner", () => {
  it("gives the same bits as sweeps in this thread, on buffers the caller shares", async () => {
    const here = await solveGrid(problem, lambda);
    const { runner, seen } = scatteringRunner();
    let shared = 0;
    const allocate: Allocate = (Type, length) => {
      shared++;
      return new Type(new SharedArrayBuffer(Type.BYTES_PER_ELEMENT * length), 0, length);
    };
    const abundance = new Float64Array(new SharedArrayBuffer(8 * here.abundance.length)).fill(7);
    const there = await solveGrid(problem, lambda, { runner, allocate, abundance });

    expect(here.coarseRows.length).toBeGreaterThan(1);
    expect(seen.levels.size).toBe(1 + here.coarseRows.length);
    expect(seen.mostPieces).toBeGreaterThan(1);
    expect([...seen.work].sort()).toEqual(["average", "prolong"]);
    expect(shared).toBeGreaterThan(5);
    expect(there.abundance).toBe(abundance);
    expect(Buffer.compare(bytes(there.abundance), bytes(here.abundance))).toBe(0);
    expect({ ...there, abundance: 0 }).toEqual({ ...here, abundance: 0 });
  });

  it("hands on what a piece throws", async () => {
    const reason = new Error("a thread died");
    const fail = () => Promise.reject(reason);
    const runner: PieceRunner = { sweep: fail, assess: fail, work: fail, tabulate: fail };
    await expect(solveGrid(problem, lambda, { runner })).rejects.toBe(reason);
  });

  it("refuses an array for the answer that is too short", async () => {
    await expect(solveGrid(problem, lambda, { abundance: new Float64Array(5) })).rejects.toThrow(ShapeError);
  });
});

function bytes(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
