import { isShared } from "@flashdeconv/core/internal";
import { compileKernel } from "./compile-kernel.js";
import { relativeSweepWasm } from "./generated/relative-sweep-wasm.js";
import type { SharedArena } from "./shared-arena.js";
import { type SweepTile, tileArguments } from "./tile-arguments.js";
import { type TileExports, tileKernel } from "./tile-kernel.js";

/** Count-weighted least squares under the relative prior, the same for all spots: see solver-weighted. K types. */
export interface RelativeProblem {
  readonly typeCount: number;
  /** K x K. */
  readonly gram: Float64Array;
  /** Weight of an edge of the graph. */
  readonly edgeWeight: number;
  /** Added to the mean of two abundances in the prior's denominator. */
  readonly epsilon: number;
  /** The composition of the tissue, K proportions, and how hard it pulls at each spot that has counts. */
  readonly tissue: { readonly composition: Float64Array; readonly weight: number };
  /** Given where one step on this bound of the Gram matrix takes the place of the exact answer. */
  readonly bound?: { readonly direction: Float64Array; readonly excess: number; readonly rest: number };
  /** Given where steps of spots in single precision are made in it. */
  readonly single?: SingleBound;
}

/** The bound in single precision. Rows of Q numbers, Q being K rounded up to a multiple of four; what lies beyond K is 0. */
export interface SingleBound {
  /** The Gram matrix less its share along the bound's direction: K rows. */
  readonly remainder: Float32Array;
  readonly direction: Float32Array;
  readonly composition: Float32Array;
  readonly excess: number;
  readonly rest: number;
}

export interface CountAssessment {
  readonly objective: number;
  readonly kktResidual: number;
}

export interface RelativeSweep {
  /** Sets the tile's spots near to their own answers; false, with nothing done, for arrays elsewhere or in double precision. */
  startCounts(tile: SweepTile, abundance: Float32Array | Float64Array): boolean;
  /** Updates the tile's spots in place and returns the largest change; undefined, with nothing done, for arrays elsewhere. */
  sweepCounts(tile: SweepTile, abundance: Float32Array | Float64Array): number | undefined;
  /** Judges them; undefined for arrays elsewhere. */
  assessCounts(tile: SweepTile, abundance: Float32Array | Float64Array): CountAssessment | undefined;
}

interface Exports extends TileExports {
  readonly startFloat32: (spots: number, spotCount: number, statistics: number, abundance: number) => void;
  readonly configure: (
    base: number,
    typeCount: number,
    edgeWeight: number,
    epsilon: number,
    tissueWeight: number,
    isBoundClose: number,
    excess: number,
    rest: number,
  ) => void;
  readonly configureSingle: (
    base: number,
    excess: number,
    rest: number,
    edgeWeight: number,
    epsilon: number,
    tissueWeight: number,
  ) => void;
}

/** As `configure` lays them out behind the Gram matrix. */
const VECTOR_COUNT = 15;
/** Rows behind the bound in single precision that `configureSingle` lays out. */
const SINGLE_ROWS = 6;

/**
 * The kernel for one problem and one thread, on the arrays of an arena.
 *
 * @returns undefined where the arena has no room for the problem
 * @throws where the runtime has no WebAssembly with SIMD, or with threads for an arena that is shared.
 */
export function relativeSweepKernel(arena: SharedArena, problem: RelativeProblem): RelativeSweep | undefined {
  const module = compileKernel(relativeSweepWasm, isShared(arena.memory.buffer));
  const { typeCount, edgeWeight, epsilon, tissue, bound } = problem;
  const kernel = tileKernel<Exports>(
    module,
    arena,
    { ...problem, anchor: tissue.composition },
    { vectors: VECTOR_COUNT, out: 2 },
  );
  if (!kernel) return undefined;
  const { excess = 0, rest = 0 } = bound ?? {};
  const { ownAt, exports } = kernel;
  exports.configure(ownAt, typeCount, edgeWeight, epsilon, tissue.weight, bound ? 1 : 0, excess, rest);
  if (problem.single) {
    const base = placeSingle(arena, problem.single);
    if (base === undefined) return undefined;
    const { excess, rest } = problem.single;
    exports.configureSingle(base, excess, rest, edgeWeight, epsilon, tissue.weight);
  }
  return {
    startCounts(tile, abundance) {
      const args = problem.single && tileArguments(arena, tile, abundance);
      if (!args || !(abundance instanceof Float32Array)) return false;
      const [spots, spotCount, statistics, abundances] = args;
      exports.startFloat32(spots, spotCount, statistics, abundances);
      return true;
    },
    sweepCounts: kernel.sweep,
    assessCounts(tile, abundance) {
      const found = kernel.assess(tile, abundance);
      if (!found) return undefined;
      const [objective, kktResidual] = found;
      return { objective, kktResidual };
    },
  };
}

function placeSingle(
  arena: SharedArena,
  { remainder, direction, composition }: SingleBound,
): number | undefined {
  const row = direction.length;
  const own = arena.allocate(Float32Array, remainder.length + (2 + SINGLE_ROWS) * row);
  own?.set(remainder);
  own?.set(direction, remainder.length);
  own?.set(composition, remainder.length + row);
  return own?.byteOffset;
}
