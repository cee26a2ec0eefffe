import { isShared } from "@flashdeconv/core/internal";
import { compileKernel } from "./compile-kernel.js";
import { spotSweepWasm } from "./generated/spot-sweep-wasm.js";
import type { SharedArena } from "./shared-arena.js";
import type { SweepTile } from "./tile-arguments.js";
import { type TileExports, tileKernel } from "./tile-kernel.js";

/** A least-squares problem, the same for all spots: see the solver's LeastSquaresProblem. K types. */
export interface SweepProblem {
  readonly typeCount: number;
  /** K x K. */
  readonly gram: Float64Array;
  readonly lambda: number;
  readonly sparsity: number;
  /** Least eigenvalue of the Gram matrix. */
  readonly smallest: number;
  /** From which shift on a step on the bound takes the place of the exact answer; Infinity for never. */
  readonly deflatedShift: number;
  readonly bound?: { readonly direction: Float64Array; readonly top: number; readonly rest: number };
}

export interface SpotAssessment {
  readonly objective: number;
  readonly kktResidual: number;
  readonly proportionErrorBound: number;
}

export interface SpotSweep {
  /** Updates the tile's spots in place and returns the largest change; undefined, with nothing done, for arrays elsewhere. */
  sweepSpots(tile: SweepTile, abundance: Float32Array | Float64Array): number | undefined;
  /** Judges them; undefined for arrays elsewhere. */
  assessSpots(tile: SweepTile, abundance: Float32Array | Float64Array): SpotAssessment | undefined;
}

interface Exports extends TileExports {
  readonly configure: (
    base: number,
    typeCount: number,
    lambda: number,
    sparsity: number,
    deflatedShift: number,
    top: number,
    rest: number,
    smallest: number,
  ) => void;
}

/** As `configure` lays them out behind the Gram matrix. */
const VECTOR_COUNT = 9;

/**
 * The kernel for one problem and one thread, on the arrays of an arena.
 *
 * @returns undefined where the arena has no room for the problem
 * @throws where the runtime has no WebAssembly with SIMD, or with threads for an arena that is shared.
 */
export function spotSweepKernel(arena: SharedArena, problem: SweepProblem): SpotSweep | undefined {
  const module = compileKernel(spotSweepWasm, isShared(arena.memory.buffer));
  const { typeCount, lambda, sparsity, bound, deflatedShift, smallest } = problem;
  const kernel = tileKernel<Exports>(module, arena, problem, { vectors: VECTOR_COUNT, out: 3 });
  if (!kernel) return undefined;
  const { top = 0, rest = 0 } = bound ?? {};
  const from = bound ? deflatedShift : Number.POSITIVE_INFINITY;
  kernel.exports.configure(kernel.ownAt, typeCount, lambda, sparsity, from, top, rest, smallest);
  return {
    sweepSpots: kernel.sweep,
    assessSpots(tile, abundance) {
      const found = kernel.assess(tile, abundance);
      if (!found) return undefined;
      const [objective, kktResidual, proportionErrorBound] = found;
      return { objective, kktResidual, proportionErrorBound };
    },
  };
}
