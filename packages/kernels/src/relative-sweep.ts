import { isShared } from "@flashdeconv/core/internal";
import { compileKernel } from "./compile-kernel.js";
import { relativeSweepWasm } from "./generated/relative-sweep-wasm.js";
import type { SharedArena } from "./shared-arena.js";
import type { SweepTile } from "./tile-arguments.js";
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

interface Exports extends TileExports {
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
}

/** As `configure` lays them out behind the Gram matrix. */
const VECTOR_COUNT = 15;

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
  return {
    sweepCounts: kernel.sweep,
    assessCounts(tile, abundance) {
      const found = kernel.assess(tile, abundance);
      if (!found) return undefined;
      const [objective, kktResidual] = found;
      return { objective, kktResidual };
    },
  };
}
