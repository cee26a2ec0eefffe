import { compileKernel } from "./compile-kernel.js";
import { relativeSweepWasm } from "./generated/relative-sweep-wasm.js";
import type { SharedArena } from "./shared-arena.js";
import { type SweepTile, type TileArguments, tileArguments } from "./tile-arguments.js";

/** Count-weighted least squares under the relative prior, the same for all spots: see solver-weighted. K types. */
export interface RelativeProblem {
  readonly typeCount: number;
  /** K x K. */
  readonly gram: Float64Array;
  /** Weight of an edge of the graph. */
  readonly edgeWeight: number;
  /** Added to the mean of two abundances in the prior's denominator. */
  readonly epsilon: number;
  /** Given where one step on this bound of the Gram matrix takes the place of the exact answer. */
  readonly bound?: { readonly direction: Float64Array; readonly excess: number; readonly rest: number };
}

export interface CountAssessment {
  readonly objective: number;
  readonly kktResidual: number;
}

export interface RelativeSweep {
  /** Updates the tile's spots in place and returns the largest change; undefined, with nothing done, for arrays elsewhere. */
  sweepCounts(tile: SweepTile, abundance: Float32Array | Float64Array): number | undefined;
  /** Judges them; undefined for arrays elsewhere. */
  assessCounts(tile: SweepTile, abundance: Float32Array | Float64Array): CountAssessment | undefined;
}

interface Exports {
  configure(
    base: number,
    typeCount: number,
    edgeWeight: number,
    epsilon: number,
    isBoundClose: number,
    excess: number,
    rest: number,
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
export function relativeSweepKernel(arena: SharedArena, problem: RelativeProblem): RelativeSweep | undefined {
  const module = compileKernel(relativeSweepWasm);
  const { typeCount, gram, edgeWeight, epsilon, bound } = problem;
  const rowLength = 2 * Math.ceil(typeCount / 2);
  const out = arena.allocate(Float64Array, 2);
  // As `configure` lays it out: gram, fourteen vectors, factor, support.
  const own = arena.allocate(Float64Array, (typeCount + 14) * rowLength + typeCount * typeCount + typeCount);
  if (!own || !out) return undefined;
  for (let k = 0; k < typeCount; k++) {
    own.set(gram.subarray(k * typeCount, (k + 1) * typeCount), k * rowLength);
  }
  if (bound) own.set(bound.direction, typeCount * rowLength);
  const { memory } = arena;
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const { excess = 0, rest = 0 } = bound ?? {};
  kernel.configure(own.byteOffset, typeCount, edgeWeight, epsilon, bound ? 1 : 0, excess, rest);
  return {
    sweepCounts(tile, abundance) {
      const args = tileArguments(arena, tile, abundance);
      if (!args) return undefined;
      const sweep = abundance instanceof Float64Array ? kernel.sweepFloat64 : kernel.sweepFloat32;
      return sweep(...args, tile.relaxation);
    },
    assessCounts(tile, abundance) {
      const args = tileArguments(arena, tile, abundance);
      if (!args) return undefined;
      const assess = abundance instanceof Float64Array ? kernel.assessFloat64 : kernel.assessFloat32;
      assess(...args, out.byteOffset);
      const [objective, kktResidual] = out;
      return { objective, kktResidual };
    },
  };
}
