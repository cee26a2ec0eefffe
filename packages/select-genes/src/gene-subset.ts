import { type ChunkSource, type CsrChunk, mapChunks } from "@flashdeconv/core";
import { checkColumns } from "./check-columns.js";

/**
 * A view of `source` with other columns: new gene `j` is the old column `columns[j]`, in any order; genes not named are
 * dropped, spots never. Rows keep their indices ascending, in the new numbering.
 *
 * @throws ShapeError when a column is out of range or named twice.
 */
export function geneSubset(source: ChunkSource<CsrChunk>, columns: Int32Array): ChunkSource<CsrChunk> {
  const renumbering = buildRenumbering(columns, source.width);
  return mapChunks(
    source,
    (chunk) => {
      const narrowed = renumberInPlace(chunk, renumbering);
      if (narrowed.indices.length === chunk.indices.length) return narrowed;
      // Copies, so that a chunk that waits in a queue holds no more memory than it shows.
      return { ...narrowed, indices: narrowed.indices.slice(), values: narrowed.values.slice() };
    },
    columns.length,
  );
}

/** How to give chunks other columns, with the scratch memory that takes: one per thread. */
export interface Renumbering {
  readonly geneCount: number;
  /** New number of each old column, -1 for a dropped one. */
  readonly newGene: Int32Array;
  readonly ascending: boolean;
  /**
   * Scratch for one row that must be put in order: its values by new gene, one bit per new gene that is present, and one bit per
   * word of these that is not 0.
   */
  readonly rowValues: Float64Array;
  readonly rowBits: Int32Array;
  readonly wordBits: Int32Array;
}

/**
 * The renumbering under which new gene `j` is the old column `columns[j]`, in any order.
 *
 * @throws ShapeError when a column is out of range or named twice.
 */
export function buildRenumbering(columns: Int32Array, width: number): Renumbering {
  checkColumns(columns, width);
  const geneCount = columns.length;
  const newGene = new Int32Array(width).fill(-1);
  columns.forEach((column, gene) => {
    newGene[column] = gene;
  });
  const ascending = columns.every((column, gene) => gene === 0 || column > columns[gene - 1]);
  const scratchSize = ascending ? 0 : geneCount;
  return {
    geneCount,
    newGene,
    ascending,
    rowValues: new Float64Array(scratchSize),
    rowBits: new Int32Array((scratchSize + 31) >> 5),
    wordBits: new Int32Array((scratchSize + 1023) >> 10),
  };
}

/**
 * The chunk with other columns, as views of its own arrays, which are rewritten front to back: a row never grows, so writing
 * never overtakes reading.
 */
export function renumberInPlace(chunk: CsrChunk, renumbering: Renumbering): CsrChunk {
  const { indptr, indices, values, spotCount } = chunk;
  const writeRow = renumbering.ascending ? keepInOrder : putInOrder;
  let read = 0;
  for (let row = 0; row < spotCount; row++) {
    const end = indptr[row + 1];
    indptr[row + 1] = writeRow(chunk, row, read, renumbering);
    read = end;
  }
  const written = indptr[spotCount];
  const width = renumbering.geneCount;
  if (written === indices.length) return { ...chunk, width };
  return { ...chunk, width, indices: indices.subarray(0, written), values: values.subarray(0, written) };
}

/**
 * Writes one row, which begins at `start`, to where the rows before it now end, and returns where it ends itself. Every entry is
 * written, and the next one over it where it was none of a kept gene: no branch to guess wrong.
 */
function keepInOrder(
  { indptr, indices, values }: CsrChunk,
  row: number,
  start: number,
  { newGene }: Renumbering,
): number {
  const end = indptr[row + 1];
  let written = indptr[row];
  for (let i = start; i < end; i++) {
    const gene = newGene[indices[i]];
    indices[written] = gene;
    values[written] = values[i];
    written += 1 + (gene >> 31);
  }
  return written;
}

/** The same: scatters the row by new gene, then walks the bits of the words, and of the genes, present: no comparison, no allocation. */
function putInOrder(chunk: CsrChunk, row: number, start: number, renumbering: Renumbering): number {
  const { indptr, indices, values } = chunk;
  const { rowValues, rowBits, wordBits } = renumbering;
  const written = indptr[row];
  const kept = keepInOrder(chunk, row, start, renumbering);
  for (let i = written; i < kept; i++) {
    const gene = indices[i];
    const word = gene >> 5;
    rowValues[gene] = values[i];
    rowBits[word] |= 1 << (gene & 31);
    wordBits[word >> 5] |= 1 << (word & 31);
  }
  let at = written;
  for (let group = 0; group < wordBits.length; group++) {
    let words = wordBits[group];
    wordBits[group] = 0;
    while (words !== 0) {
      const lowestWord = words & -words;
      words ^= lowestWord;
      const word = (group << 5) + 31 - Math.clz32(lowestWord);
      let bits = rowBits[word];
      rowBits[word] = 0;
      do {
        const lowest = bits & -bits;
        bits ^= lowest;
        const gene = (word << 5) + 31 - Math.clz32(lowest);
        indices[at] = gene;
        values[at++] = rowValues[gene];
      } while (bits !== 0);
    }
  }
  return kept;
}
