import { afterEach, describe, expect, it } from "vitest";
import type { CsrChunk } from "../src/index.js";
import { freeChunk } from "../src/internal.js";

function chunkOf(indices: Int32Array, values: Float32Array): CsrChunk {
  const indptr = Int32Array.of(0, values.length);
  return { kind: "csr", spotStart: 0, spotCount: 1, width: values.length, indptr, indices, values };
}

describe("freeChunk, by freeArray", () => {
  const { transfer } = ArrayBuffer.prototype as { transfer?: unknown };
  afterEach(() => void (transfer && Object.assign(ArrayBuffer.prototype, { transfer })));

  it.each(["transfer", "a message"])("gives large arrays back, views of them included, by %s", (way) => {
    if (way !== "transfer") delete (ArrayBuffer.prototype as { transfer?: unknown }).transfer;
    const count = 100_000;
    const chunk = chunkOf(new Int32Array(count).subarray(1), new Float32Array(count).subarray(1));
    freeChunk(chunk);
    expect([chunk.indices.length, chunk.values.length]).toEqual([0, 0]);
    const values = new Float64Array(count);
    freeChunk({ kind: "dense", spotStart: 0, spotCount: count, width: 1, values });
    expect(values.length).toBe(0);
  });

  it("leaves alone what is small, and so may be part of a pool, and what lies in WebAssembly", () => {
    const small = chunkOf(new Int32Array(10), new Float32Array(10));
    freeChunk(small);
    expect([small.indices.length, small.values.length]).toEqual([10, 10]);
    const memory = new WebAssembly.Memory({ initial: 8 });
    const held = chunkOf(new Int32Array(memory.buffer), new Float32Array(memory.buffer));
    freeChunk(held);
    expect(held.values.length).toBe((8 * 65_536) / 4);
  });
});
