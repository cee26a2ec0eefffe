import { makeData, RecordBatch, Schema, Struct, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csrFromRecordBatch, csrToRecordBatch } from "../src/arrow.js";
import { FormatError } from "../src/index.js";
import { csrMatrices } from "./chunks.js";

it("goes to a record batch and back without copying", () => {
  fc.assert(
    fc.property(csrMatrices, (chunk) => {
      const back = csrFromRecordBatch(csrToRecordBatch(chunk));
      expect(back).toEqual(chunk);
      expect(back.values.buffer).toBe(chunk.values.buffer);
      expect(back.indices.buffer).toBe(chunk.indices.buffer);
    }),
  );
});

it("survives Arrow's IPC format and slicing", () => {
  fc.assert(
    fc.property(csrMatrices, fc.boolean(), (float32, wide) => {
      // apache-arrow 21.2 writes a batch whose lists are all empty with a body shorter than it declares.
      fc.pre(float32.values.length > 0);
      const chunk = wide ? { ...float32, values: Float64Array.from(float32.values) } : float32;
      const table = tableFromIPC(tableToIPC(new Table(csrToRecordBatch(chunk))));
      expect(csrFromRecordBatch(table.batches[0])).toEqual(chunk);
    }),
    { numRuns: 30 },
  );
});

it("refuses another batch", () => {
  const empty = new RecordBatch(
    new Schema([]),
    makeData({ type: new Struct([]), length: 0, nullCount: 0, children: [] }),
  );
  expect(() => csrFromRecordBatch(empty)).toThrow(FormatError);
});
