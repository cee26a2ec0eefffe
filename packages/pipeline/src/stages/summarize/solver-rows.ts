import type { Chunk, CsrChunk, DenseChunk, Values } from "@flashdeconv/core";
import type { KernelChoice } from "@flashdeconv/kernels";
import { normalizeInPlace } from "@flashdeconv/normalize";
import { buildSummarizer, type SketchStatistics, sketchChunk, summarizeChunk } from "@flashdeconv/sketch";
import type { RowForm } from "../../contracts/problem.js";
import { growingMemory } from "../../runtime/growing-memory.js";

/**
 * Makes, of raw counts over the selected genes, the rows that a solver asks for by its `input`.
 *
 * It is handed the counts of each spot too, which are summed for the answer anyway. The rows lie in memory that serves every chunk and hold until the next call: what a pass would else leave behind is
 * several times the chunk, and is freed late.
 */
export function buildRowMaker(form: RowForm): (selected: CsrChunk, librarySizes: Values) => Chunk {
  const { input, normalization, statistics, precision, kernels } = form;
  if (input === "counts") return (selected) => selected;
  if (input === "weighted-counts") return countRows(statistics, kernels);
  const valueMemory = growingMemory<Values>(precision === "float32" ? Float32Array : Float64Array);
  const normalized = (selected: CsrChunk): CsrChunk => {
    const values = valueMemory(selected.values.length);
    values.set(selected.values);
    const chunk = { ...selected, values };
    normalizeInPlace(chunk, normalization);
    return chunk;
  };

  const { sketch } = statistics;
  if (input === "normalized" || (input === "sketch" && !sketch)) return normalized;
  const rowMemory = growingMemory(Float64Array);
  const dense = (width: number, write: (chunk: CsrChunk, out: Values) => void) => {
    return (selected: CsrChunk): DenseChunk => {
      const { spotStart, spotCount } = selected;
      const values = rowMemory(spotCount * width);
      write(normalized(selected), values);
      return { kind: "dense", spotStart, spotCount, width, values };
    };
  };
  if (input === "sketch" && sketch) {
    return dense(sketch.dimension, (chunk, out) => sketchChunk(sketch, chunk, out));
  }
  const summarizer = buildSummarizer(statistics, kernels);
  return dense(summarizer.statWidth, (chunk, out) => summarizeChunk(summarizer, chunk, out));
}

/** K weighted sums of counts, and the spot's count in place of the squared norm that other statistics have. */
function countRows(
  statistics: SketchStatistics,
  kernels: KernelChoice,
): (selected: CsrChunk, librarySizes: Values) => DenseChunk {
  const memory = growingMemory(Float64Array);
  const summarizer = buildSummarizer(statistics, kernels);
  const width = summarizer.statWidth;
  return (selected, librarySizes) => {
    const { spotStart, spotCount } = selected;
    const values = memory(spotCount * width);
    summarizeChunk(summarizer, selected, values);
    for (let spot = 0; spot < spotCount; spot++) values[spot * width + width - 1] = librarySizes[spot];
    return { kind: "dense", spotStart, spotCount, width, values };
  };
}
