import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createArena, openArena } from "../src/index.js";

afterEach(() => vi.unstubAllGlobals());

describe("an arena", () => {
  it.each([undefined, 2 ** 22])(
    "goes back to a mark, and hands out zeros there again (%s bytes)",
    (bytes) => {
      if (bytes !== undefined) vi.stubGlobal("SharedArrayBuffer", undefined);
      const arena = createArena(bytes);
      const before = arena.allocate(Float64Array, 100)?.fill(3);
      const mark = arena.mark();
      const first = arena.allocate(Float32Array, 200_000)?.fill(7);
      arena.rewind(mark);
      const again = arena.allocate(Float64Array, 90_000);
      expect(again?.byteOffset).toBe(first?.byteOffset);
      expect(again?.every((value) => value === 0)).toBe(true);
      expect(before?.every((value) => value === 3)).toBe(true);
    },
  );

  it("hands out arrays of zeros that do not overlap, each at a line of its own", () => {
    const arena = createArena();
    const lengths = [0, 1, 15, 16, 17, 100_000, 3];
    const arrays = lengths.flatMap((length) => [
      arena.allocate(Int32Array, length),
      arena.allocate(Float32Array, length),
      arena.allocate(Float64Array, length),
    ]);
    let end = 0;
    for (const [i, array] of arrays.entries()) {
      if (!array) throw new Error("no room");
      expect(array.length).toBe(lengths[Math.floor(i / 3)]);
      expect(array.every((value) => value === 0)).toBe(true);
      expect(array.byteOffset % 64).toBe(0);
      expect(array.byteOffset).toBeGreaterThanOrEqual(end);
      expect(arena.addressOf(array)).toBe(array.byteOffset);
      end = array.byteOffset + array.byteLength;
      array.fill(7);
    }
  });

  it("knows its arrays from others", () => {
    const arena = createArena();
    const other = createArena();
    expect(arena.addressOf(other.allocate(Int32Array, 10) as Int32Array)).toBeUndefined();
    expect(arena.addressOf(new Float64Array(100))).toBeUndefined();
    expect(arena.addressOf(new Float64Array(new SharedArrayBuffer(800)))).toBeUndefined();
    expect(arena.addressOf(new Float64Array(new SharedArrayBuffer(8)))).toBeUndefined();
    const opened = openArena(arena.memory);
    const array = opened.allocate(Float32Array, 1_000_000) as Float32Array;
    expect(arena.addressOf(array)).toBe(array.byteOffset);
    expect(arena.addressOf(array.subarray(5))).toBe(array.byteOffset + 20);
  });

  it("lies in memory of its own where none can be shared, if it is told how much", () => {
    const { Memory } = WebAssembly;
    vi.stubGlobal("SharedArrayBuffer", undefined);
    vi.stubGlobal("WebAssembly", { ...WebAssembly, Memory });
    expect(() => createArena()).toThrow(/no shared WebAssembly memory/);
    const arena = createArena(100_000);
    const first = arena.allocate(Float64Array, 1000) as Float64Array;
    first[999] = 5;
    const second = arena.allocate(Float32Array, 10_000) as Float32Array;
    second.fill(7);
    expect(first[999], "nothing was taken away by growing").toBe(5);
    expect(arena.addressOf(first.subarray(10))).toBe(first.byteOffset + 80);
    expect(arena.addressOf(new Float64Array(10))).toBeUndefined();
    expect(arena.allocate(Float64Array, 100_000), "it is full").toBeUndefined();
    expect(structuredClone([...second])).toEqual(Array(10_000).fill(7));
  });

  it("says when it is full", () => {
    const arena = createArena();
    expect(arena.allocate(Float64Array, 2 ** 29)).toBeUndefined();
    expect(arena.allocate(Float64Array, 2 ** 28)).toBeDefined();
    expect(arena.allocate(Float64Array, 2 ** 28)).toBeUndefined();
    expect(arena.allocate(Int32Array, 100)?.length).toBe(100);
  });

  it("is the same memory in another thread", async () => {
    const arena = createArena();
    const array = arena.allocate(Int32Array, 4) as Int32Array;
    const code = `const { parentPort, workerData } = require("node:worker_threads");
      workerData.array[1] = 5;
      workerData.memory.grow(3);
      parentPort.postMessage(workerData.array.subarray(1));`;
    const worker = new Worker(code, { eval: true, workerData: { memory: arena.memory, array } });
    const back = await new Promise<Int32Array>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    expect(array[1]).toBe(5);
    expect(arena.addressOf(back)).toBe(array.byteOffset + 4);
    expect(arena.allocate(Float64Array, 100_000)?.length).toBe(100_000);
  });
});
