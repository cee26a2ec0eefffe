import { type CsrChunk, collect, memorySource, type ReferenceSignature } from "@flashdeconv/core";
import { allocateHere } from "@flashdeconv/core/internal";
import { evaluateProportions, simulateTissue } from "@flashdeconv/simulate";
import { beforeAll, describe, expect, it } from "vitest";
import { type Deconvolution, type DeconvolveOptions, deconvolve, METHOD_NAMES } from "../src/index.js";
import { buildPipelineTasks } from "../src/stages/pipeline-tasks.js";
import { packSurvey, unpackSurvey } from "../src/stages/survey/pack-survey.js";
import { proportionsOf } from "./proportions-of.js";
import { spatialFrom } from "./small-section.js";

const COUNT_METHODS = [
  ["weighted", { method: "weighted" }],
  ["refined", { method: "refined" }],
  ["poisson", { method: "poisson" }],
] as const satisfies readonly (readonly [string, Partial<DeconvolveOptions>])[];

const tissue = simulateTissue({ spotCount: 300, geneCount: 300, typeCount: 5, depth: 500, cellsPerType: 40 });
let matrix: CsrChunk;
let coordinates: Float64Array;
let truth: Float64Array;
let means: ReferenceSignature;
beforeAll(async () => {
  matrix = await collect(tissue.counts);
  coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
  truth = Float64Array.from((await collect(tissue.truth)).values);
  means = await meansOf((count) => count);
});

const sectionOf = (counts: CsrChunk) => spatialFrom(counts, tissue.geneNames, coordinates);
const codes = ({ notices }: Deconvolution) => notices.map(({ code }) => code);

/** Mean over cells of what `change` makes of a count, by type; `ofMeans` changes the means. */
async function meansOf(
  change: (count: number, cellTotal: number) => number,
  ofMeans: (mean: number) => number = (mean) => mean,
): Promise<ReferenceSignature> {
  const { counts, cellTypes, geneNames } = tissue.reference;
  const cells = await collect(counts);
  const [typeCount, geneCount] = [cellTypes.names.length, geneNames.length];
  const values = new Float64Array(typeCount * geneCount);
  const cellCounts = new Float64Array(typeCount);
  for (let cell = 0; cell < cells.spotCount; cell++) {
    const type = cellTypes.codes[cell];
    cellCounts[type]++;
    const row = Float64Array.from(cells.values.subarray(cells.indptr[cell], cells.indptr[cell + 1]));
    const total = row.reduce((sum, value) => sum + value, 0);
    for (let i = cells.indptr[cell]; i < cells.indptr[cell + 1]; i++) {
      values[type * geneCount + cells.indices[i]] += change(cells.values[i], total);
    }
  }
  return {
    typeNames: cellTypes.names,
    geneNames,
    values: values.map((sum, i) => ofMeans(sum / cellCounts[Math.floor(i / geneCount)])),
  };
}

/** Some spots of so many counts, of a type that is rare elsewhere. */
function withDeepSpots(count: number, depth: number): CsrChunk {
  const values = new Float64Array(matrix.values);
  for (let spot = 0; spot < count; spot++) {
    const at = 7 + spot;
    const [start, end] = [matrix.indptr[at], matrix.indptr[at + 1]];
    const total = values.subarray(start, end).reduce((sum, value) => sum + value, 0);
    for (let i = start; i < end; i++) values[i] = Math.round((values[i] * depth) / total);
  }
  return { ...matrix, values };
}

describe.each(COUNT_METHODS)("a few very deep spots do not move the others: %s", (_, options) => {
  it.each([1, 2, 8])("%d of 300 spots", async (count) => {
    const rmseOfOthers = async (counts: CsrChunk) => {
      const result = await deconvolve(sectionOf(counts), tissue.reference, options);
      const others = (rows: ArrayLike<number>) => {
        const all = Float64Array.from(rows);
        all.copyWithin(7 * 5, (7 + count) * 5);
        return all.subarray(0, (300 - count) * 5);
      };
      return {
        result,
        rmse: evaluateProportions(others(await proportionsOf(result)), others(truth), 5).rmse,
      };
    };
    const plain = await rmseOfOthers(matrix);
    const deep = await rmseOfOthers(withDeepSpots(count, 8e6));
    expect(deep.rmse).toBeLessThan(1.05 * plain.rmse);
    expect(codes(plain.result)).not.toContain("deep-spots");
    expect(codes(deep.result)).toContain("deep-spots");
    expect(codes(deep.result)).not.toContain("deep-panel");
  });
});

it("what a survey found of depths comes back from its piece to the bit", async () => {
  const tasks = buildPipelineTasks({
    allocate: allocateHere,
    openCounts: async () => sectionOf(withDeepSpots(2, 1e5)).counts,
    openSession: () => expect.unreachable(),
    openScratchFile: () => expect.unreachable(),
  });
  const survey = await tasks.survey(
    {
      location: undefined,
      range: { start: 0, end: 300 },
      columns: Int32Array.from(tissue.geneNames.keys()),
      withDepths: true,
    },
    { signal: new AbortController().signal, report: () => undefined },
  );
  expect(unpackSurvey(packSurvey(survey)).depths).toEqual(survey.depths);
});

describe("values that only say whether a gene was seen", () => {
  const seen = (counts: CsrChunk) => ({ ...counts, values: counts.values.map(() => 1) });

  it.each(METHOD_NAMES)("of the section or the reference are told (%s)", async (method) => {
    const cells = await collect(tissue.reference.counts);
    const reference = { ...tissue.reference, counts: memorySource(seen(cells)) };
    const result = await deconvolve(sectionOf(seen(matrix)), reference, { method });
    expect(codes(result)).toEqual(expect.arrayContaining(["boolean-section", "boolean-reference"]));
    const plain = await deconvolve(sectionOf(matrix), tissue.reference, { method });
    expect(codes(plain).join()).not.toContain("boolean");
  });

  it("of a table of means too", async () => {
    const values = means.values.map((mean) => (mean > 1 ? 1 : 0));
    const result = await deconvolve(sectionOf(matrix), { ...means, values });
    expect(codes(result)).toContain("boolean-reference");
  });
});

describe("single cells of small whole numbers", () => {
  const withCells = async (change: (count: number) => number) => {
    const cells = await collect(tissue.reference.counts);
    const counts = memorySource({ ...cells, values: cells.values.map(change) });
    return codes(await deconvolve(sectionOf(matrix), { ...tissue.reference, counts }));
  };

  it("are told where they look like rounded logarithms", async () => {
    expect(await withCells((count) => Math.round(Math.log1p(count)))).toContain("reference-may-be-logged");
  });

  it("are not where they are counts", async () => {
    const shallow = simulateTissue({
      spotCount: 300,
      geneCount: 300,
      typeCount: 5,
      depth: 500,
      cellsPerType: 40,
      referenceDepth: 15,
    });
    const cells = await collect(shallow.reference.counts);
    expect(Math.max(...cells.values)).toBeLessThan(20);
    const result = await deconvolve(sectionOf(matrix), shallow.reference);
    expect(codes(result)).not.toContain("reference-may-be-logged");
  });
});

describe("the permission of values that are not raw counts", () => {
  const permission = { allowNonCounts: true };
  const UNUSED = "allow-non-counts-unused";

  it("is said to change nothing where all are counts", async () => {
    for (const method of METHOD_NAMES) {
      const given = await deconvolve(sectionOf(matrix), tissue.reference, { method, ...permission });
      expect(codes(given)).toContain(UNUSED);
    }
    expect(codes(await deconvolve(sectionOf(matrix), means, permission))).toContain(UNUSED);
    expect(codes(await deconvolve(sectionOf(matrix), tissue.reference))).not.toContain(UNUSED);
    const raw = { method: "flashdeconv", preprocess: "raw" } as const;
    const decimal = sectionOf({ ...matrix, values: matrix.values.map((value) => value + 0.5) });
    expect(codes(await deconvolve(decimal, tissue.reference, { ...raw, ...permission }))).toContain(UNUSED);
  });

  it("is not where it was needed for the section, the cells or the means", async () => {
    const decimal = (counts: CsrChunk) => ({ ...counts, values: counts.values.map((value) => value + 0.5) });
    const cells = {
      ...tissue.reference,
      counts: memorySource(decimal(await collect(tissue.reference.counts))),
    };
    const logged = await meansOf((count) => Math.log1p(count));
    for (const [section, reference] of [
      [decimal(matrix), tissue.reference],
      [matrix, cells],
      [matrix, logged],
    ] as const) {
      expect(codes(await deconvolve(sectionOf(section), reference, permission))).not.toContain(UNUSED);
    }
  });
});

describe("a table of means", () => {
  const logged: Record<string, () => Promise<ReferenceSignature>> = {
    "means of ln(1 + counts per 10,000)": () => meansOf((count, total) => Math.log1p((1e4 * count) / total)),
    "means of ln(1 + counts)": () => meansOf((count) => Math.log1p(count)),
    "means of log2(1 + counts per million)": () =>
      meansOf((count, total) => Math.log2(1 + (1e6 * count) / total)),
    "logs of mean counts": () => meansOf((count) => count, Math.log1p),
    "logs of mean counts per 10,000": () => meansOf((count, total) => (1e4 * count) / total, Math.log1p),
    "logs in percent of the greatest": () => meansOf((count) => 30 * Math.log1p(count)),
  };

  it.each(Object.keys(logged))("is refused where it holds %s", async (kind) => {
    const reference = await logged[kind]();
    for (const method of METHOD_NAMES) {
      await expect(deconvolve(sectionOf(matrix), reference, { method })).rejects.toThrow(/look logged/);
    }
    await deconvolve(sectionOf(matrix), reference, { method: "weighted", allowNonCounts: true });
  });

  it.each([
    ["mean counts", (mean: number) => mean],
    ["a hundredth of them", (mean: number) => mean / 100],
    ["a thousand times them", (mean: number) => 1000 * mean],
    ["whole numbers", (mean: number) => Math.round(100 * mean)],
  ])("is taken where it holds %s, on whatever scale", async (_, change) => {
    for (const method of METHOD_NAMES) {
      const values = means.values.map(change);
      const result = await deconvolve(sectionOf(matrix), { ...means, values }, { method });
      expect(codes(result)).not.toContain("reference-may-be-logged");
    }
  });

  it.each([0, 1, 2])("is refused where logged means were rounded to %d decimals", async (decimals) => {
    const reference = await meansOf((count, total) => Math.log1p((1e4 * count) / total));
    const values = reference.values.map((value) => Number(value.toFixed(decimals)));
    await expect(deconvolve(sectionOf(matrix), { ...reference, values })).rejects.toThrow(/look logged/);
  });

  it("of small whole numbers is taken, and told, as it may be either", async () => {
    const greatest = Math.max(...means.values);
    const values = means.values.map((mean) => Math.round(20 * (mean / greatest) ** 0.8));
    const result = await deconvolve(sectionOf(matrix), { ...means, values });
    const notice = result.notices.find(({ code }) => code === "reference-may-be-logged");
    expect(notice?.message).toMatch(
      /may be logged: they are whole numbers, the greatest is 20,.*Do not round/,
    );
  });

  it("is taken as shares and as counts per million", async () => {
    for (const scale of [1, 100, 1e6]) {
      const reference = await meansOf((count, total) => (scale * count) / total);
      expect(codes(await deconvolve(sectionOf(matrix), reference))).not.toContain("reference-may-be-logged");
    }
  });
});
