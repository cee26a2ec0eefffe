import type { SolveState } from "@flashdeconv/solver/internal";
import type { Checkpoint } from "../contracts/checkpoint.js";

const PIECE = "solve";

/** Abundances that lie in a scratch file. */
export interface KeptGeneration {
  readonly fileName: string;
  readonly checksum: number;
  /** Bytes of each: 4 or 8. Abundances in single precision may continue in double. */
  readonly bytesPerNumber: number;
}

interface SolveFacts {
  readonly level: SolveState["level"];
  readonly coarseRows: readonly number[];
  readonly generation?: KeptGeneration;
}

export interface KeptState extends SolveState {
  /** Of a section on scratch. */
  readonly generation?: KeptGeneration;
}

export async function loadSolveState(checkpoint: Checkpoint | undefined): Promise<KeptState | undefined> {
  const piece = await checkpoint?.load(PIECE);
  if (!piece) return undefined;
  const { level, coarseRows, generation } = piece.facts as SolveFacts;
  const { abundance, changes } = piece.arrays;
  // A state of a solve that kept its abundances elsewhere.
  if (abundance instanceof Int32Array) return undefined;
  return { level, coarseRows, generation, changes: [...changes], abundance };
}

export function saveSolveState(
  checkpoint: Checkpoint,
  { level, coarseRows, changes, abundance }: SolveState,
  generation?: KeptGeneration,
): Promise<void> {
  const facts: SolveFacts = { level, coarseRows, generation };
  // JSON would not keep every number.
  const arrays = { changes: Float64Array.from(changes), ...(abundance && { abundance }) };
  return checkpoint.save(PIECE, () => ({ facts, arrays }));
}
