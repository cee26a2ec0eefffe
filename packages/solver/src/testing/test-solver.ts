import { numbered, sliceChunk } from "@flashdeconv/core/internal";
import { resolvePluginOptions } from "../resolve-by-schema.js";
import { solve } from "../solve.js";
import { resolveSolveOptions } from "../solve-options.js";
import type { Solver, SolverSession, StatArray, Tile } from "../solver.js";
import { buildTestSection, COUNTS_PER_SPOT, otherLabels, type TestSection } from "./test-section.js";

export interface TestSolverOptions<O extends object> {
  /** Options to test with; the solver's own defaults if left out. */
  readonly solverOptions?: Partial<O>;
  /**
   * How much of a pure spot must be given to its type; 0.9 by default. A solver that is pulled away from the data on purpose, by sparsity,
   * smoothing or a prior, states what it reaches.
   */
  readonly pureProportion?: number;
}

/**
 * Checks that a solver keeps every promise of the interface, on a small section, and throws an error that names the
 * first one it breaks: options survive structuredClone; answers are finite and at least 0, for empty spots too; pure
 * spots are recognised; the same input gives the same bits; permuting types or spots permutes the answer; chunks and
 * tiles make no difference to the bit; a sweep writes the owned spots only; statistics are left as they are; weights of
 * neighbours are honoured where coarse levels may be swept.
 */
export async function testSolver<O extends object>(
  solver: Solver<O>,
  options: TestSolverOptions<O> = {},
): Promise<void> {
  const resolved = resolvePluginOptions(solver, options.solverOptions);
  checkOptions(solver, resolved);
  const section = buildTestSection(solver.input);
  const answer = await runSolver(solver, resolved, section);
  checkAnswer(section, answer, options.pureProportion ?? 0.9);

  const again = await runSolver(solver, structuredClone(resolved), buildTestSection(solver.input));
  require(sameBits(
    answer,
    again,
  ), "a second run on the same input, with a clone of the options, gives other bits: something is kept between runs, drawn at random, or lost when options are cloned (functions, undefined)");
  await checkPermutation(solver, resolved, section, answer);
  checkChunks(solver, resolved, section);
  checkTiles(solver, resolved, section);
  checkWeights(solver, resolved, section);
}

function checkOptions<O extends object>(solver: Solver<O>, resolved: O): void {
  require(solver.name.length > 0, "the solver has no name");
  let clone: O;
  try {
    clone = structuredClone(resolved);
  } catch (error) {
    throw new Error(`solver contract: resolved options cannot be cloned: ${String(error)}`);
  }
  require(JSON.stringify(clone) === JSON.stringify(resolved), "resolved options change when cloned");
  const twice = JSON.stringify(resolvePluginOptions(solver, resolved));
  require(twice ===
    JSON.stringify(
      resolved,
    ), "resolveOptions changes options that it has resolved before: what it returns must be taken as it is");
}

function checkAnswer(section: TestSection, abundance: Float64Array, pureProportion: number): void {
  const { typeCount } = section;
  for (const value of abundance)
    require(Number.isFinite(value) &&
      value >=
        0, `an abundance is ${value}, where a finite number of at least 0 is asked for, in spots without counts too (divisions by 0?)`);
  for (const { spot, type } of section.pureSpots) {
    const row = abundance.subarray(spot * typeCount, (spot + 1) * typeCount);
    const proportion = row[type] / row.reduce((sum, value) => sum + value, 0);
    require(proportion >=
      pureProportion, `spot ${spot} holds type ${type} alone and is given ${proportion} of it, less than the ${pureProportion} that is asked for: the answer does not follow the data. If that is what the solver is meant to do (a prior, a penalty), state how much it gives with testSolver(solver, { pureProportion: ${Math.max(0, Math.floor(proportion * 100) / 100)} })`);
  }
}

async function checkPermutation<O extends object>(
  solver: Solver<O>,
  options: O,
  section: TestSection,
  answer: Float64Array,
): Promise<void> {
  const labels = otherLabels();
  const permuted = await runSolver(solver, options, buildTestSection(solver.input, labels));
  const { typeCount, spotCount } = section;
  const largest = answer.reduce((max, value) => Math.max(max, value), 0);
  for (let i = 0; i < spotCount; i++) {
    for (let k = 0; k < typeCount; k++) {
      const before = answer[labels.spots[i] * typeCount + labels.types[k]];
      const difference = Math.abs(permuted[i * typeCount + k] - before);
      require(difference <=
        1e-6 * largest, `permuting types and spots changes an abundance by ${difference}`);
    }
  }
}

/** Summarising in chunks of 1, 7 and all rows, into Float64, gives the same bits. */
function checkChunks<O extends object>(solver: Solver<O>, options: O, section: TestSection): void {
  const session = start(solver, options, section);
  const whole = summarizeIn(session, section, section.spotCount);
  for (const size of [1, 7]) {
    require(sameBits(
      whole,
      summarizeIn(session, section, size),
    ), `rows summarised ${size} at a time give other statistics than all at once: a row must be summarised by itself`);
  }
}

/** One sweep over two lists of spots, as one tile over all rows and as tiles that hold only their spots and halo. */
function checkTiles<O extends object>(solver: Solver<O>, options: O, section: TestSection): void {
  const session = start(solver, options, section);
  const { graph, spotCount, typeCount } = section;
  const statistics = summarizeIn(session, section, spotCount);
  // Spots two apart do not touch on the grid, so all of one parity may be updated in any grouping.
  const even = Int32Array.from({ length: spotCount }, (_, spot) => spot).filter(
    (spot) => (spot + Math.floor(spot / 12)) % 2 === 0,
  );
  const start0 = Float64Array.from({ length: spotCount * typeCount }, (_, i) => (i % 3) + 0.5);
  const whole = start0.slice();
  const tile: Tile = { spots: even, statistics, indptr: graph.indptr, indices: graph.indices, relaxation: 1 };
  const kept = statistics.slice();
  session.sweep(tile, whole);
  require(sameBits(statistics, kept), "a sweep wrote to the statistics, which are read only");
  const owned = new Set(even);
  for (let spot = 0; spot < spotCount; spot++) {
    if (owned.has(spot)) continue;
    for (let k = 0; k < typeCount; k++) {
      const at = spot * typeCount + k;
      require(Object.is(whole[at], start0[at]), `a sweep wrote spot ${spot}, which is not its own`);
    }
  }

  const tiled = start0.slice();
  for (const spots of [even.subarray(0, 29), even.subarray(29)])
    sweepLocally(session, { ...tile, spots }, typeCount, tiled);
  require(sameBits(whole, tiled), "tiles that hold only their spots and halo give other bits than the whole");
}

/** A session that says how hard neighbours pull is swept on coarse levels too, where neighbours have weights. */
function checkWeights<O extends object>(solver: Solver<O>, options: O, section: TestSection): void {
  const session = start(solver, options, section);
  if (session.pull === undefined || solver.coupling === "independent") return;
  require(session.pull >= 0, `pull is ${session.pull}, which is not a number of at least 0`);
  const { graph, spotCount, typeCount } = section;
  const statistics = summarizeIn(session, section, spotCount);
  const spots = Int32Array.from({ length: spotCount }, (_, spot) => spot);
  const sweep = (part: Partial<Tile>) => {
    const abundance = Float64Array.from({ length: spotCount * typeCount }, (_, i) => (i % 3) + 0.5);
    const { indptr, indices } = graph;
    session.sweep({ spots, statistics, indptr, indices, relaxation: 1, ...part }, abundance);
    return abundance;
  };
  const weights = new Float64Array(graph.indices.length);
  const alone = sweep({ indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) });
  require(sameBits(sweep({ weights }), alone), "neighbours of weight 0 make a difference");
  weights.fill(1);
  require(sameBits(sweep({ weights }), sweep({})), "weights of 1 give other bits than no weights");
}

/** Gathers the spots and their neighbours into arrays of their own, sweeps, and writes the owned rows back. */
function sweepLocally(
  session: SolverSession,
  { spots, statistics, indptr: starts, indices: neighbors, relaxation }: Tile,
  typeCount: number,
  abundance: Float64Array,
): void {
  const rows = [...spots];
  const localOf = new Map(rows.map((spot, local) => [spot, local]));
  const indptr = [0];
  const indices: number[] = [];
  for (const spot of spots) {
    for (let e = starts[spot]; e < starts[spot + 1]; e++) {
      const neighbor = neighbors[e];
      if (!localOf.has(neighbor)) localOf.set(neighbor, rows.push(neighbor) - 1);
      indices.push(localOf.get(neighbor) as number);
    }
    indptr.push(indices.length);
  }
  const gather = (source: StatArray, width: number) =>
    Float64Array.from(rows.flatMap((spot) => [...source.subarray(spot * width, (spot + 1) * width)]));
  const local = gather(abundance, typeCount);
  const part: Tile = {
    spots: Int32Array.from(spots, (_, local) => local),
    statistics: gather(statistics, session.statWidth),
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
    relaxation,
  };
  session.sweep(part, local);
  for (const [index, spot] of spots.entries()) {
    abundance.set(local.subarray(index * typeCount, (index + 1) * typeCount), spot * typeCount);
  }
}

async function runSolver<O extends object>(
  solver: Solver<O>,
  options: O,
  section: TestSection,
): Promise<Float64Array> {
  const session = start(solver, options, section);
  const { graph, typeCount } = section;
  const statistics = summarizeIn(session, section, section.spotCount);
  const limits = resolveSolveOptions({ tolerance: 1e-9 });
  const solution = await solve(solver, session, { typeCount, statistics, graph }, limits);
  require(solution.converged, `not converged after ${numbered(solution.sweeps, "sweep")}: the largest change that a sweep tells must go down to 0`);
  return solution.abundance;
}

function start<O extends object>(solver: Solver<O>, options: O, section: TestSection): SolverSession {
  const { graph, spotCount } = section;
  return solver.start(section.reference, options, {
    spotCount,
    meanDegree: graph.indices.length / spotCount,
    meanDepth: COUNTS_PER_SPOT,
  });
}

function summarizeIn(session: SolverSession, { rows, spotCount }: TestSection, size: number): Float64Array {
  const { statWidth } = session;
  const out = new Float64Array(spotCount * statWidth);
  for (let from = 0; from < spotCount; from += size) {
    const to = Math.min(from + size, spotCount);
    session.summarize(sliceChunk(rows, from, to), out.subarray(from * statWidth, to * statWidth));
  }
  return out;
}

function sameBits(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function require(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`solver contract: ${promise}`);
}
