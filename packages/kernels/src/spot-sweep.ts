import { compileKernel } from "./compile-kernel.js";
import { spotSweepWasm } from "./generated/spot-sweep-wasm.js";
import type { SharedArena } from "./shared-arena.js";
import { type SweepTile, type TileArguments, tileArguments } from "./tile-arguments.js";

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

interface Exports {
  configure(
    base: number,
    typeCount: number,
    lambda: number,
    sparsity: number,
    deflatedShift: number,
    top: number,
    rest: number,
    smallest: number,
  ): void;
  sweepFloat32(...args: [...TileArguments, relaxation: number]): number;
  sweepFloat64(...args: [...TileArguments, relaxation: number]): number;
  assessFloat32(...args: [...TileArguments, out: number]): void;
  assessFloat64(...args: [...TileArguments, out: number]): void;
}

/**
 * The kernel for one problem and one thread, on the arrays of an arena.
 *
 * @returns undefined where the arena has no room for the problem
 * @throws where the runtime has no WebAssembly with SIMD and threads.
 */
export function spotSweepKernel(arena: SharedArena, problem: SweepProblem): SpotSweep | undefined {
  const module = compileKernel(spotSweepWasm);
  const { typeCount, gram, lambda, sparsity, bound, deflatedShift, smallest } = problem;
  const rowLength = 2 * Math.ceil(typeCount / 2);
  const out = arena.allocate(Float64Array, 3);
  // As `configure` lays it out: gram, nine vectors, factor, support.
  const own = arena.allocate(Float64Array, (typeCount + 9) * rowLength + typeCount * typeCount + typeCount);
  if (!own || !out) return undefined;
  for (let k = 0; k < typeCount; k++) {
    own.set(gram.subarray(k * typeCount, (k + 1) * typeCount), k * rowLength);
  }
  if (bound) own.set(bound.direction, typeCount * rowLength);
  const { memory } = arena;
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const { top = 0, rest = 0 } = bound ?? {};
  const from = bound ? deflatedShift : Number.POSITIVE_INFINITY;
  kernel.configure(own.byteOffset, typeCount, lambda, sparsity, from, top, rest, smallest);

  return {
    sweepSpots(tile, abundance) {
      const args = tileArguments(arena, tile, abundance);
      if (!args) return undefined;
      const sweep = abundance instanceof Float64Array ? kernel.sweepFloat64 : kernel.sweepFloat32;
      return sweep(...args, tile.relaxation);
    },
    assessSpots(tile, abundance) {
      const args = tileArguments(arena, tile, abundance);
      if (!args) return undefined;
      const assess = abundance instanceof Float64Array ? kernel.assessFloat64 : kernel.assessFloat32;
      assess(...args, out.byteOffset);
      const [objective, kktResidual, proportionErrorBound] = out;
      return { objective, kktResidual, proportionErrorBound };
    },
  };
}
