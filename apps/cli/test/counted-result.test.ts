import { memorySource } from "@flashdeconv/core";
import type { AnswerTable, Deconvolution } from "@flashdeconv/pipeline";
import { PRESENT } from "@flashdeconv/pipeline/internal";
import fc from "fast-check";
import { expect, it } from "vitest";
import { countedResult } from "../src/terminal/counted-result.js";

const TYPES = ["a", "b", "c"];

function resultOf(rows: readonly (readonly number[])[], withIntervals = true): Deconvolution {
  const values = Float32Array.from(rows.flat());
  const chunk = { kind: "dense", spotStart: 0, spotCount: rows.length, width: TYPES.length, values } as const;
  const table = (name: string): AnswerTable => ({
    name,
    dtype: "float32",
    columns: "types",
    values: memorySource(chunk, { spotsPerChunk: 3 }),
  });
  const tables = [table("proportions"), ...(withIntervals ? [table("low"), table("high")] : [])];
  return { spotCount: rows.length, typeNames: TYPES, tables } as unknown as Deconvolution;
}

const bound = fc.oneof(
  fc.constantFrom(0, PRESENT, 0.5),
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.constant(Number.NaN),
);
const rowsArbitrary = fc.array(fc.array(bound, { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 20,
});

it("counts once whatever was read of the bounds, wholly or in part, before it is asked", async () => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.array(fc.nat(8), { maxLength: 4 }), async (rows, readings) => {
      const counted = countedResult(resultOf(rows));
      const low = counted.tables.find(({ name }) => name === "low") as AnswerTable;
      for (const chunkCount of readings) {
        let left = chunkCount;
        for await (const _ of low.values.chunks()) if (left-- <= 0) break;
      }
      const wanted = TYPES.map((_, k) => rows.filter((row) => Math.fround(row[k]) > PRESENT).length);
      expect([...((await counted.presentSpotCounts()) as Int32Array)]).toEqual(wanted);
      expect([...((await counted.presentSpotCounts()) as Int32Array)]).toEqual(wanted);
    }),
  );
});

it("counts nothing without intervals", async () => {
  expect(await countedResult(resultOf([[1, 0, 0]], false)).presentSpotCounts()).toBeUndefined();
});
