import { type CsrChunk, collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expressionLayers } from "../src/stages/expression/expression-layers.js";
import { geneShares } from "../src/stages/expression/gene-shares.js";
import { shareReading } from "../src/stages/expression/share-reading.js";
import { sumExpression } from "../src/stages/expression/sum-expression.js";

const GENES = ["b", "a", "only here", "c"];
const MEANS = {
  typeNames: ["A", "B"],
  geneNames: ["a", "b", "c", "only there"],
  values: Float64Array.of(1, 3, 0, 9, 2, 2, 4, 5),
};

function countsOf(rows: readonly (readonly number[])[]): CsrChunk {
  const kept = rows.map((row) => [...row.entries()].filter(([, value]) => value > 0));
  const indptr = Int32Array.from({ length: rows.length + 1 }, (_, end) =>
    kept.slice(0, end).reduce((sum, row) => sum + row.length, 0),
  );
  return {
    ...{ kind: "csr" as const, spotStart: 0, spotCount: rows.length, width: 4, indptr },
    indices: Int32Array.from(kept.flatMap((row) => row.map(([gene]) => gene))),
    values: Float32Array.from(kept.flatMap((row) => row.map(([, value]) => value))),
  };
}

function tableOf(rows: readonly (readonly number[])[]): DenseChunk {
  const values = Float64Array.from(rows.flat());
  return { kind: "dense", spotStart: 0, spotCount: rows.length, width: 2, values };
}

const wanted = { places: Int32Array.of(0, 1, -1, 2), geneCount: 3, types: Int32Array.of(0, 1) };

describe("shares of genes", () => {
  it("are those of each type's counts over the genes that are shared, or in use", () => {
    const request = { signature: MEANS, geneNames: GENES, typeNames: ["B", "A"] };
    const { values, isShared } = geneShares(request);
    // Genes in the order of the section; B before A.
    expect([...values]).toEqual([2 / 8, 3 / 4, 2 / 8, 1 / 4, 0, 0, 4 / 8, 0]);
    expect([...isShared]).toEqual([1, 1, 0, 1]);
    const used = geneShares({ ...request, genesUsed: ["a", "b"] });
    expect([...used.values]).toEqual([2 / 4, 3 / 4, 2 / 4, 1 / 4, 0, 0, 4 / 4, 0]);
    const cells = geneShares({ ...request, countsPerCell: Float64Array.of(8, 4) });
    expect([...cells.values]).toEqual([2, 3, 2, 1, 0, 0, 4, 0]);
  });

  it("are refused of a type that the reference lacks", () => {
    expect(() => geneShares({ signature: MEANS, geneNames: GENES, typeNames: ["A", "C"] })).toThrow(
      /lacks 1 of 2/,
    );
  });
});

describe("expected counts", () => {
  it("are divided by proportion and share", async () => {
    const shares = geneShares({ signature: MEANS, geneNames: GENES, typeNames: ["A", "B"] });
    const input = {
      counts: memorySource(
        countsOf([
          [8, 0, 5, 3],
          [2, 0, 0, 1],
          [1, 0, 0, 2],
        ]),
      ),
      proportions: memorySource(
        tableOf([
          [0.5, 0.5],
          [1, 0],
          [Number.NaN, Number.NaN],
        ]),
      ),
      shares,
    };
    const { observed, byType, unassigned } = expressionLayers(input, wanted);
    const [all, a, b] = await Promise.all([observed, ...byType].map((source) => collect(source)));
    expect([...all.values]).toEqual([8, 3, 2, 1, 1, 2]);
    expect([...a.values]).toEqual([6, 2]);
    expect([...a.indices]).toEqual([0, 0]);
    expect([...b.values]).toEqual([2, 3]);
    // A alone has nothing of c; the last spot has no answer.
    expect(unassigned()).toBe(1 + 3);
  });

  it("sum to the counts, however sources are cut, and regions to their spots", async () => {
    const row = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const spot = fc.tuple(row, share, fc.integer({ min: -1, max: 1 }));
    const shares = geneShares({ signature: MEANS, geneNames: GENES, typeNames: ["A", "B"] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(spot, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (spots, spotsPerChunk, rowsPerChunk) => {
          const counts = countsOf(spots.map(([values]) => values));
          const input = {
            counts: memorySource(counts, { spotsPerChunk }),
            proportions: memorySource(tableOf(spots.map(([, p]) => [p, 1 - p])), {
              spotsPerChunk: rowsPerChunk,
            }),
            shares,
          };
          const layers = expressionLayers(input, wanted);
          const sources = [layers.observed, ...layers.byType];
          const [all, a, b] = await Promise.all(sources.map((source) => collect(source)));
          const sum = (values: ArrayLike<number>) =>
            Array.from(values).reduce((total, one) => total + one, 0);
          expect(sum(a.values) + sum(b.values) + layers.unassigned()).toBeCloseTo(sum(all.values), 4);
          const codes = Int32Array.from(spots, ([, , code]) => code);
          const found = await sumExpression(input, { codes, count: 2 }, wanted);
          for (let region = 0; region < 2; region++) {
            for (let place = 0; place < 3; place++) {
              const gene = wanted.places.indexOf(place);
              const expected = sum(
                spots.filter(([, , code]) => code === region).map(([values]) => values[gene]),
              );
              const at = region * 6 + place;
              const divided = found.sums[at] + found.sums[at + 3] + found.unassigned[region * 3 + place];
              expect(divided).toBeCloseTo(expected, 9);
            }
          }
          expect(found.observed).toBeCloseTo(sum(found.sums) + sum(found.unassigned), 9);
        },
      ),
    );
  });

  it("ask for a table as long as the counts", async () => {
    const shares = geneShares({ signature: MEANS, geneNames: GENES, typeNames: ["A", "B"] });
    const counts = memorySource(
      countsOf([
        [1, 0, 0, 0],
        [1, 0, 0, 0],
      ]),
    );
    const input = { counts, proportions: memorySource(tableOf([[1, 0]])), shares };
    const regions = { codes: Int32Array.of(0, 0), count: 1 };
    await expect(sumExpression(input, regions, wanted)).rejects.toThrow(/the table ends before the counts/);
  });
});

describe("a shared reading", () => {
  async function* items(count: number, made: number[]) {
    for (let i = 0; i < count; i++) {
      made.push(i);
      yield i;
    }
  }

  it("gives all items to every reader and makes none before all have asked", async () => {
    const made: number[] = [];
    const [one, other] = shareReading(items(3, made), 2).map((reader) => reader[Symbol.asyncIterator]());
    const first = one.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toEqual([]);
    expect([await other.next(), await first]).toEqual([
      { done: false, value: 0 },
      { done: false, value: 0 },
    ]);
    const rest = async (reader: AsyncIterator<number>) => {
      const found: number[] = [];
      for (let next = await reader.next(); !next.done; next = await reader.next()) found.push(next.value);
      return found;
    };
    expect(await Promise.all([rest(one), rest(other)])).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("goes on without a reader that has left, and ends when all have", async () => {
    const made: number[] = [];
    let isClosed = false;
    async function* closing() {
      try {
        yield* items(9, made);
      } finally {
        isClosed = true;
      }
    }
    const [one, other] = shareReading(closing(), 2).map((reader) => reader[Symbol.asyncIterator]());
    await Promise.all([one.next(), other.next()]);
    const second = one.next();
    await other.return?.();
    expect(await second).toEqual({ done: false, value: 1 });
    expect(isClosed).toBe(false);
    await one.return?.();
    expect(isClosed).toBe(true);
    expect(made).toEqual([0, 1]);
  });

  it("tells every reader of an error", async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error("no more");
    }
    const readers = shareReading(failing(), 2);
    const read = async (reader: AsyncIterable<number>) => {
      for await (const _ of reader);
    };
    const ends = await Promise.allSettled(readers.map(read));
    expect(ends.map((end) => (end.status === "rejected" ? end.reason.message : "none"))).toEqual([
      "no more",
      "no more",
    ]);
  });
});
