/** Entries of a matrix in any order, a batch at a time: the arrays are another's at the next turn. */
export interface EntryBatch {
  readonly length: number;
  readonly rows: Float64Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Gathers entries until they are taken. */
export class EntryBuffer implements EntryBatch {
  rows = new Float64Array(2 ** 16);
  columns = new Int32Array(2 ** 16);
  values = new Float32Array(2 ** 16);
  length = 0;

  add(row: number, column: number, value: number): void {
    if (this.length === this.rows.length) this.#grow();
    this.rows[this.length] = row;
    this.columns[this.length] = column;
    this.values[this.length++] = value;
  }

  clear(): void {
    this.length = 0;
  }

  /** A piece of a file holds a few times its bytes in entries at most: it does not grow for long. */
  #grow(): void {
    const { rows, columns, values, length } = this;
    this.rows = new Float64Array(2 * length);
    this.columns = new Int32Array(2 * length);
    this.values = new Float32Array(2 * length);
    this.rows.set(rows);
    this.columns.set(columns);
    this.values.set(values);
  }
}
