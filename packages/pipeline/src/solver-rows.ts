import type { Chunk, ChunkSource, CsrChunk } from "@flashdeconv/core";
import { type Normalization, normalized } from "@flashdeconv/normalize";
import { type SketchStatistics, sketched, summarized } from "@flashdeconv/sketch";
import type { SolverInput } from "@flashdeconv/solver";

/** In what form a solver's `summarize` gets the spots. */
export interface RowForm {
  readonly input: SolverInput;
  readonly normalization: Normalization;
  readonly statistics: SketchStatistics;
  readonly precision: "float64" | "float32";
}

/** Raw counts over the selected genes as the rows that a solver asks for by its `input`. */
export function solverRows(selected: ChunkSource<CsrChunk>, form: RowForm): ChunkSource<Chunk> {
  const { input, normalization, statistics, precision } = form;
  if (input === "counts") return selected;
  const rows = normalized(selected, normalization, { precision });
  if (input === "normalized") return rows;
  if (input === "statistics") return summarized(rows, statistics);
  return statistics.sketch ? sketched(rows, statistics.sketch) : rows;
}
