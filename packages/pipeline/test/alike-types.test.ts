import { collect, type ReferenceSignature } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import {
  type DeconvolveOptions,
  deconvolve,
  METHOD_NAMES,
  recombineTypes,
  type SectionSummary,
  solveSummary,
} from "../src/index.js";
import { buildNoticeList } from "../src/runtime/notice-list.js";
import { noteAlikeTypes } from "../src/stages/solve/note-alike-types.js";
import { smallSection } from "./small-section.js";

const { spatial, reference } = await smallSection();
const geneCount = reference.geneNames.length;

/** Mean counts of the section's four types. */
async function meanCounts(): Promise<number[][]> {
  const { codes, names } = reference.cellTypes;
  const cells = await collect(reference.counts);
  const rows = names.map(() => new Array<number>(geneCount).fill(0));
  for (let cell = 0; cell < cells.spotCount; cell++) {
    for (let i = cells.indptr[cell]; i < cells.indptr[cell + 1]; i++) {
      rows[codes[cell]][cells.indices[i]] += cells.values[i];
    }
  }
  return rows;
}

const means = await meanCounts();

/** The four types under the names b, d, f, h, and further ones under names of any place. */
function signatureWith(further: Readonly<Record<string, readonly number[]>>): ReferenceSignature {
  const types = {
    ...Object.fromEntries(["b", "d", "f", "h"].map((name, k) => [name, means[k]])),
    ...further,
  };
  const typeNames = Object.keys(types);
  const values = Float64Array.from(Object.values(types).flat());
  return { typeNames, geneNames: reference.geneNames, values };
}

const scaled = (row: readonly number[], by: number) => row.map((value) => value * by);
const nearly = (row: readonly number[], by: number) =>
  row.map((value, g) => value * (1 + (g % 2 === 0 ? by : -by)));
const total = (row: readonly number[]) => row.reduce((sum, value) => sum + value, 0);
const mixed = (a: readonly number[], b: readonly number[]) =>
  a.map((value, g) => value / total(a) + b[g] / total(b));

async function run(
  further: Readonly<Record<string, readonly number[]>>,
  options: Partial<DeconvolveOptions>,
) {
  const summaries: SectionSummary[] = [];
  const result = await deconvolve(spatial, signatureWith(further), options, {
    onSummary: (summary) => void summaries.push(summary),
  });
  const { values } = await collect(result.proportions);
  const of = (spot: number, name: string) =>
    values[spot * result.typeNames.length + result.typeNames.indexOf(name)];
  const noticeOf = (code: string) => result.notices.find((notice) => notice.code === code)?.message;
  return { result, of, noticeOf, summary: summaries[0] };
}

describe.each([
  ...METHOD_NAMES.map((method) => [method, { method }] as const),
  ["flashdeconv, strong", { method: "flashdeconv", solverOptions: { lambda: 10 } }] as const,
  ["weighted, smoothed", { method: "weighted", smoothing: 20 }] as const,
])("types that the counts do not tell apart: %s", (_, options: Partial<DeconvolveOptions>) => {
  it.each(["a", "c", "z"])(
    "equal ones share equally, whatever their order (a twin named %s)",
    async (name) => {
      // The same shares of counts under another total: the same type to every one of these methods.
      const { result, of, noticeOf, summary } = await run(
        { [name]: scaled(means[0], 3), y: means[0] },
        options,
      );
      expect(result.parameters.converged).toBe(true);
      let greatest = 0;
      for (let spot = 0; spot < result.spotCount; spot++) {
        expect(of(spot, name)).toBeCloseTo(of(spot, "b"), 4);
        expect(of(spot, "y")).toBeCloseTo(of(spot, "b"), 4);
        greatest = Math.max(greatest, of(spot, "b"));
      }
      expect(greatest).toBeGreaterThan(0.005);
      const names = [name, "b", "y"].sort();
      expect(noticeOf("undetermined-types")).toContain(names.map((one) => `"${one}"`).join(", "));
      expect(noticeOf("undetermined-types")).toContain(JSON.stringify({ [names.join(" or ")]: names }));
      expect(noticeOf("similar-types")).toBeUndefined();

      if (summary.input === "counts") return;
      // What was kept says the same, and no longer once they are merged.
      const again = await solveSummary(summary);
      expect(again.notices.map(({ code }) => code)).toContain("undetermined-types");
      const merged = await solveSummary(recombineTypes(summary, { merge: { all: names } }));
      expect(merged.notices.map(({ code }) => code)).not.toContain("undetermined-types");
    },
  );

  it("mixtures of others are named with them, and the solve converges", async () => {
    const { result, noticeOf } = await run({ m: mixed(means[0], means[1]) }, options);
    expect(result.parameters.converged).toBe(true);
    const isLinear = options.method === "weighted" || options.method === "poisson";
    if (isLinear) expect(noticeOf("undetermined-types")).toContain('"b", "d", "m"');
  });

  it("nearly equal ones are named, with what to merge", async () => {
    const { result, noticeOf } = await run({ n: nearly(means[1], 0.01) }, options);
    expect(result.parameters.converged).toBe(true);
    expect(noticeOf("similar-types")).toContain('"d", "n"');
    expect(noticeOf("similar-types")).toContain('{"d or n":["d","n"]}');
    expect(noticeOf("undetermined-types")).toBeUndefined();
  });

  it("types that differ are not named", async () => {
    const { noticeOf } = await run({}, options);
    expect([noticeOf("similar-types"), noticeOf("undetermined-types")]).toEqual([undefined, undefined]);
  });
});

describe("many types that are not told apart", () => {
  const noticesOf = (rows: readonly (readonly number[])[]) => {
    const gram = rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, g) => sum + value * b[g], 0)));
    const notices = buildNoticeList();
    const typeNames = rows.map((_, k) => `type ${k}`);
    noteAlikeTypes({ typeNames, gram: Float64Array.from(gram) }, notices);
    return notices.all;
  };
  const differing = (typeCount: number, genes: number) => {
    let state = 1;
    const next = () => {
      state = (state * 16_807) % (2 ** 31 - 1);
      return state % 100;
    };
    return Array.from({ length: typeCount }, () => Array.from({ length: genes }, next));
  };

  it("for lack of genes are not to be merged: they differ", () => {
    expect(noticesOf(differing(12, 40))).toEqual([]);
    const [notice, ...others] = noticesOf(differing(12, 10));
    expect(others).toEqual([]);
    expect(notice.code).toBe("undetermined-mixtures");
    expect(notice.message).toMatch(/"type 0", .* and 7 more\. .*More genes/);
    expect(notice.message).not.toContain("mergeTypes");
  });

  it("because they are equal are", () => {
    const [one, ...others] = differing(5, 40);
    const notices = noticesOf([...new Array(7).fill(one), ...others]);
    expect(notices.map(({ code }) => code)).toEqual(["undetermined-types"]);
    expect(notices[0].message).toMatch(/"type 0", .* and 2 more\. .*mergeTypes/);
  });

  it("in several groups are merged by what is told, group by group", () => {
    const [one, two, ...others] = differing(6, 40);
    const [notice] = noticesOf([one, two, one, two, ...others]);
    const merged = /\{ mergeTypes: (.*) \}/.exec(notice.message)?.[1] ?? "";
    expect(JSON.parse(merged)).toEqual({
      "type 0 or type 2": ["type 0", "type 2"],
      "type 1 or type 3": ["type 1", "type 3"],
    });
  });
});
