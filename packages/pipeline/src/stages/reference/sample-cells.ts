import type { CsrChunk } from "@flashdeconv/core";
import { mixWord } from "@flashdeconv/core/internal";
import type { CellSample } from "../../contracts/cells.js";
import { buildCsr, type CsrRow } from "../../runtime/csr-rows.js";
import { KEPT_CELLS, KEPT_ENTRIES } from "../../runtime/sample-size.js";

/** Where there are more counts, this part of the cells stays. */
const SHRUNK = 0.75;

interface KeptCell extends CsrRow {
  readonly key: number;
  readonly cell: number;
}

/** Keeps some cells of each type on their way, drawn by a hash of their numbers: the same ones however they are read. */
export class CellSampler {
  private readonly kept = new Map<number, KeptCell[]>();
  private most = KEPT_CELLS;
  private entryCount = 0;

  add({ spotStart, spotCount, indptr, indices, values }: CsrChunk, codes: Int32Array): void {
    for (let row = 0; row < spotCount; row++) {
      const cell = spotStart + row;
      const code = codes[cell];
      if (code < 0) continue;
      const own = this.kept.get(code) ?? [];
      this.kept.set(code, own);
      const key = mixWord(cell + 0x2545f491) >>> 0;
      const last = own[own.length - 1];
      if (own.length >= this.most && key > last.key) continue;
      const [from, to] = [indptr[row], indptr[row + 1]];
      const entry = {
        key,
        cell,
        indices: indices.slice(from, to),
        values: Float64Array.from(values.subarray(from, to)),
      };
      let at = own.length;
      while (at > 0 && own[at - 1].key > key) at--;
      own.splice(at, 0, entry);
      this.entryCount += to - from;
      this.trim(own);
      while (this.entryCount > KEPT_ENTRIES && this.most > 1) {
        this.most = Math.max(1, Math.floor(SHRUNK * this.most));
        for (const cells of this.kept.values()) this.trim(cells);
      }
    }
  }

  private trim(cells: KeptCell[]): void {
    while (cells.length > this.most) this.entryCount -= cells.pop()?.indices.length ?? 0;
  }

  /** @param typeOf the number of each code's type among the types with cells, or -1 */
  finish(geneCount: number, typeOf: (code: number) => number): CellSample {
    const all = [...this.kept].flatMap(([code, cells]) =>
      cells.map((cell) => ({ ...cell, type: typeOf(code) })),
    );
    all.sort((a, b) => a.type - b.type || a.cell - b.cell);
    const rows = buildCsr(geneCount, Float64Array);
    for (const cell of all) rows.add(cell);
    return {
      counts: rows.finish(),
      types: Int32Array.from(all, ({ type }) => type),
    };
  }
}
