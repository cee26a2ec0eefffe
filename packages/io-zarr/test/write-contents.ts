import type { CsrChunk, DenseChunk, NameChunk } from "@flashdeconv/core";
import fc from "fast-check";
import type { Column } from "../src/index.js";

/** Text with every kind of trouble: empty, long, several bytes per letter. */
const text = fc.string({ unit: "grapheme", maxLength: 12 });
// Lone surrogates and the byte order mark are not text that survives UTF-8 decoding everywhere.
const name = fc.stringMatching(/^[A-Za-z0-9_+ éβ-]{1,8}$/).filter((value) => value !== "_index");

export const columnNames = fc.uniqueArray(
  fc.oneof(
    name,
    name.map((value) => `group/${value}`),
    text,
    fc.constantFrom("_index", ".", "..", ".zarray", "zarr.json", "", "a", "a/b", "A", "con", "__proto__"),
  ),
  { maxLength: 5 },
);

export function csrMatrix(spotCount: number, width: number): fc.Arbitrary<CsrChunk> {
  const row = fc.uniqueArray(fc.nat(Math.max(0, width - 1)), { maxLength: width });
  return fc
    .record({ rows: fc.array(row, { minLength: spotCount, maxLength: spotCount }), double: fc.boolean() })
    .map(({ rows, double }) => {
      const sorted = rows.map((indices) => [...indices].sort((a, b) => a - b));
      const indices = Int32Array.from(sorted.flat());
      const indptr = new Int32Array(spotCount + 1);
      sorted.forEach((items, i) => {
        indptr[i + 1] = indptr[i] + items.length;
      });
      const numbers = Array.from(indices, (_, i) => i + 0.25);
      const values = double ? Float64Array.from(numbers) : Float32Array.from(numbers);
      return { kind: "csr", spotStart: 0, spotCount, width, indptr, indices, values };
    });
}

export function denseMatrix(spotCount: number, width: number): fc.Arbitrary<DenseChunk> {
  const size = spotCount * width;
  const values = fc.oneof(
    fc.float64Array({ minLength: size, maxLength: size }),
    fc.float32Array({ minLength: size, maxLength: size }),
  );
  return values.map((items) => ({ kind: "dense", spotStart: 0, spotCount, width, values: items }));
}

export function column(columnName: string, spotCount: number): fc.Arbitrary<Column> {
  const exact = { minLength: spotCount, maxLength: spotCount };
  const categorical = fc.uniqueArray(text, { maxLength: 200 }).chain((categories) =>
    fc.record({
      kind: fc.constant("categorical" as const),
      name: fc.constant(columnName),
      codes: fc
        .array(fc.integer({ min: -1, max: categories.length - 1 }), exact)
        .map((items) => Int32Array.from(items)),
      categories: fc.constant(categories),
      ordered: fc.boolean(),
    }),
  );
  return fc.oneof(
    categorical,
    fc.float64Array(exact).map((values): Column => ({ kind: "number", name: columnName, values })),
    fc.int32Array(exact).map((values): Column => ({ kind: "number", name: columnName, values })),
    fc.array(text, exact).map((values): Column => ({ kind: "string", name: columnName, values })),
    fc
      .uint8Array({ ...exact, max: 1 })
      .map((values): Column => ({ kind: "boolean", name: columnName, values })),
  );
}

export const names = (count: number) => fc.array(text, { minLength: count, maxLength: count });

/** What `readBack` gives for a column. */
export function expectedColumn(written: Column): unknown {
  if (written.kind === "boolean") return Array.from(written.values, (value) => value === 1);
  if (written.kind !== "categorical") return Array.from<unknown>(written.values);
  const { categories, ordered } = written;
  return { ordered, categories, values: Array.from(written.codes, (code) => categories[code] ?? null) };
}

/** Encodes `names` as one chunk whose first name has the position `start`. */
export function encodeNames(names: readonly string[], start = 0): NameChunk {
  const encoder = new TextEncoder();
  const encoded = names.map((name) => encoder.encode(name));
  const offsets = new Int32Array(names.length + 1);
  encoded.forEach((name, i) => {
    offsets[i + 1] = offsets[i] + name.length;
  });
  const bytes = new Uint8Array(offsets[names.length]);
  encoded.forEach((name, i) => {
    bytes.set(name, offsets[i]);
  });
  return { start, count: names.length, offsets, bytes };
}
