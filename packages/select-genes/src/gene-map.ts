import { checkColumns } from "./check-columns.js";

/** Which gene each column of a wider matrix is; made by `buildGeneMap`. */
export interface GeneMap {
  readonly geneCount: number;
  /** One item per column: the number of its gene, or -1. */
  readonly geneOfColumn: Int32Array;
}

/**
 * The map under which gene `j` is the column `columns[j]` of a matrix of `width` columns.
 *
 * @throws ShapeError when a column is out of range or named twice.
 */
export function buildGeneMap(columns: Int32Array, width: number): GeneMap {
  checkColumns(columns, width);
  const geneOfColumn = new Int32Array(width).fill(-1);
  for (let gene = 0; gene < columns.length; gene++) geneOfColumn[columns[gene]] = gene;
  return Object.freeze({ geneCount: columns.length, geneOfColumn });
}
