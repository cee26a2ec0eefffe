import type { SharedArena } from "./shared-arena.js";
import { type SweepTile, type TileArguments, tileArguments } from "./tile-arguments.js";

/** What kernels that sweep and judge tiles export alike. */
export interface TileExports {
  sweepFloat32(...args: [...TileArguments, relaxation: number]): number;
  sweepFloat64(...args: [...TileArguments, relaxation: number]): number;
  /** Statistics in single, abundances in double precision. */
  sweepMixed(...args: [...TileArguments, relaxation: number]): number;
  assessFloat32(...args: [...TileArguments, out: number]): void;
  assessFloat64(...args: [...TileArguments, out: number]): void;
  assessMixed(...args: [...TileArguments, out: number]): void;
}

export interface TileProblem {
  readonly typeCount: number;
  /** K x K. */
  readonly gram: Float64Array;
  readonly bound?: { readonly direction: Float64Array };
  /** K numbers that lie behind the bound's direction, where the kernel has such. */
  readonly anchor?: Float64Array;
}

/** A kernel in the memory of an arena, with numbers of its own there. */
export interface TileKernel<E extends TileExports> {
  readonly exports: E;
  /** Where the kernel's own numbers lie: Gram matrix, direction of the bound, other vectors, and what the exact solver needs. */
  readonly ownAt: number;
  /** Updates the tile's spots in place and returns the largest change; undefined, with nothing done, for arrays elsewhere. */
  sweep(tile: SweepTile, abundance: Float32Array | Float64Array): number | undefined;
  /** Judges them: the numbers that the kernel writes, until the next call; undefined for arrays elsewhere. */
  assess(tile: SweepTile, abundance: Float32Array | Float64Array): Float64Array | undefined;
}

/**
 * @param counts `vectors`: of K numbers, that the kernel lays out behind the Gram matrix; `out`: numbers that it judges by
 * @returns undefined where the arena has no room for the problem
 */
export function tileKernel<E extends TileExports>(
  module: WebAssembly.Module,
  arena: SharedArena,
  { typeCount, gram, bound, anchor }: TileProblem,
  counts: { readonly vectors: number; readonly out: number },
): TileKernel<E> | undefined {
  const rowLength = 2 * Math.ceil(typeCount / 2);
  const ownLength = (typeCount + counts.vectors) * rowLength + typeCount * typeCount + typeCount;
  const out = arena.allocate(Float64Array, counts.out);
  const own = arena.allocate(Float64Array, ownLength);
  if (!own || !out) return undefined;
  for (let k = 0; k < typeCount; k++) {
    own.set(gram.subarray(k * typeCount, (k + 1) * typeCount), k * rowLength);
  }
  if (bound) own.set(bound.direction, typeCount * rowLength);
  if (anchor) own.set(anchor, (typeCount + 1) * rowLength);
  const { memory } = arena;
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as E;
  return {
    exports,
    ownAt: own.byteOffset,
    sweep(tile, abundance) {
      const args = tileArguments(arena, tile, abundance);
      if (!args) return undefined;
      return exports[`sweep${precisionOf(tile, abundance)}`](...args, tile.relaxation);
    },
    assess(tile, abundance) {
      const args = tileArguments(arena, tile, abundance);
      if (!args) return undefined;
      exports[`assess${precisionOf(tile, abundance)}`](...args, out.byteOffset);
      return out;
    },
  };
}

/** Abundances may be more precise than statistics, never less: `tileArguments` refuses that. */
function precisionOf({ statistics }: SweepTile, abundance: Float32Array | Float64Array) {
  if (abundance instanceof Float32Array) return "Float32";
  return statistics instanceof Float32Array ? "Mixed" : "Float64";
}
