import { memoryStore } from "@flashdeconv/stores";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type DeconvolveOptions,
  deconvolve,
  readSummary,
  recombineTypes,
  type SectionSummary,
  solveSummary,
  writeSummary,
} from "../src/index.js";
import { graphInMemory } from "../src/stages/neighbors/neighbors-on-scratch.js";
import { proportionsOf } from "./proportions-of.js";
import { type SmallSection, smallSection } from "./small-section.js";

let section: SmallSection;
beforeAll(async () => {
  section = await smallSection({ emptySpotFraction: 0.1 });
});

const spotNames = Array.from({ length: 150 }, (_, i) => `spot ${i}`);

async function summarize(options: Partial<DeconvolveOptions> = {}) {
  const kept: SectionSummary[] = [];
  const result = await deconvolve(section.spatial, section.reference, options, {
    onSummary: (summary) => void kept.push(summary),
  });
  return { result, summary: kept[0] };
}

async function throughStore(summary: SectionSummary) {
  const store = memoryStore();
  const coordinates = await section.spatial.readCoordinates();
  await writeSummary(store, summary, { spotNames, coordinates });
  return { store, stored: await readSummary(store) };
}

describe("a stored summary", () => {
  it.each(["float32", "float64"] as const)("solves to the bits of the full run, in %s", async (precision) => {
    const { result, summary } = await summarize({
      method: "flashdeconv",
      precision,
      solverOptions: { lambda: 20 },
    });
    const { stored } = await throughStore(summary);
    const again = await solveSummary(stored.summary, { precision, solverOptions: { lambda: 20 } });
    expect(await proportionsOf(again)).toEqual(await proportionsOf(result));
    expect(again.statuses).toEqual(result.statuses);
    expect(again.counts).toEqual(result.counts);
    expect(again.signature).toEqual(result.signature);
    expect(again.parameters).toEqual(result.parameters);
    expect(stored.coordinates).toEqual(await section.spatial.readCoordinates());
  });

  it("solves with another lambda, rho or solver as a full run does", async () => {
    const { summary } = await summarize({ method: "flashdeconv" });
    const { stored } = await throughStore(summary);
    for (const solverOptions of [{ lambda: 0 }, { lambda: 300 }, { rho: 0.2 }]) {
      const wanted = await deconvolve(section.spatial, section.reference, {
        method: "flashdeconv",
        solverOptions,
      });
      const found = await solveSummary(stored.summary, { solverOptions });
      expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
      expect(found.parameters).toEqual(wanted.parameters);
    }
  });

  it("is refused where it is none, of another version, or damaged", async () => {
    await expect(readSummary(memoryStore())).rejects.toThrow();
    const { summary } = await summarize();
    const graph = graphInMemory(summary.graph);
    const indices = graph.neighbors.indices.slice();
    indices[3] = 150;
    const neighbors = { ...graph.neighbors, indices };
    await expect(throughStore({ ...summary, graph: { ...graph, neighbors } })).rejects.toThrow(
      /spots that do not exist/,
    );
    const order = graph.order?.slice() as Int32Array;
    order[0] = order[1];
    await expect(throughStore({ ...summary, graph: { ...graph, order } })).rejects.toThrow(/do not exist/);
  });

  it("is not for solvers that need more", async () => {
    const { summary } = await summarize({ method: "flashdeconv" });
    const solver = { name: "own", coupling: "independent", input: "counts" } as const;
    const run = async () =>
      solveSummary(summary, {
        solver: { ...solver, resolveOptions: () => ({}), start: () => expect.unreachable() },
      });
    await expect(run()).rejects.toThrow(/a solver of "statistics", which was kept; this one takes "counts"/);
  });
});

describe("what is kept with a result", () => {
  it("is not read back: a summary without parameters is solved, and its types are taken together, alike", async () => {
    const { summary } = await summarize();
    const bare = { ...summary, parameters: {} };
    const smoothing = "auto";
    expect(await proportionsOf(await solveSummary(bare, { smoothing }))).toEqual(
      await proportionsOf(await solveSummary(summary, { smoothing })),
    );
    const change = { merge: { both: ["type_2", "type_0"] } };
    expect(recombineTypes(bare, change).cellCounts).toEqual(Int32Array.of(24, 12, 12));
    expect(recombineTypes(bare, change).reference).toEqual(recombineTypes(summary, change).reference);
  });
});

describe("recombineTypes", () => {
  it("without a type gives what a reference without it gives, over the same genes", async () => {
    const { summary } = await summarize({ method: "flashdeconv", sketchDimension: "none" });
    const dropped = recombineTypes(summary, { drop: ["type_1"] });
    expect(dropped.reference.typeNames).toEqual(["type_0", "type_2", "type_3"]);
    for (const [a, k] of [0, 2, 3].entries()) {
      for (const [b, l] of [0, 2, 3].entries()) {
        expect(dropped.reference.gram[a * 3 + b]).toBe(summary.reference.gram[k * 4 + l]);
      }
      expect((dropped.statistics as Float32Array)[7 * 4 + a]).toBe(
        (summary.statistics as Float32Array)[7 * 5 + k],
      );
    }
    expect((dropped.statistics as Float32Array)[7 * 4 + 3]).toBe(
      (summary.statistics as Float32Array)[7 * 5 + 4],
    );
    const result = await solveSummary(dropped);
    expect(result.parameters).toMatchObject({ cell_types: ["type_0", "type_2", "type_3"], converged: true });
    expect(result.parameters.cell_counts).toEqual(Int32Array.of(12, 12, 12));
  });

  it("takes types together as one of their mean signature", async () => {
    const { summary } = await summarize();
    const { gram } = summary.reference;
    const merged = recombineTypes(summary, { merge: { both: ["type_2", "type_0"] } });
    expect(merged.reference.typeNames).toEqual(["both", "type_1", "type_3"]);
    expect(merged.reference.gram[0]).toBeCloseTo((gram[0] + 2 * gram[2] + gram[10]) / 4, 9);
    expect(merged.reference.gram[1]).toBeCloseTo((gram[1] + gram[9]) / 2, 9);
    expect((merged.statistics as Float32Array)[0]).toBeCloseTo(
      ((summary.statistics as Float32Array)[0] + (summary.statistics as Float32Array)[2]) / 2,
      3,
    );
    expect(merged.parameters.cell_counts).toEqual(Int32Array.of(24, 12, 12));
    const values = await proportionsOf(await solveSummary(merged));
    expect(values).toHaveLength(450);
  });

  it("leaves the score to the types that were scored, unless it was red, and says so", async () => {
    const { summary } = await summarize({ method: "weighted" });
    const { stored } = await throughStore(summary);
    const scoreOf = (level: "green" | "red") => {
      const score = { ...(stored.summary.score as NonNullable<SectionSummary["score"]>), level };
      return { ...stored.summary, score };
    };
    const codesOf = async (changed: SectionSummary) =>
      (await solveSummary(changed)).notices.map(({ code }) => code);
    for (const change of [{ drop: ["type_1"] }, { merge: { both: ["type_2", "type_0"] } }]) {
      const green = recombineTypes(scoreOf("green"), change);
      expect(green.score).toBeUndefined();
      expect(green.parameters.reference_score).toBeNull();
      expect(await codesOf(green)).toContain("not-scored");
      const red = recombineTypes(scoreOf("red"), change);
      expect(red.score?.level).toBe("red");
      expect(await codesOf(red)).not.toContain("not-scored");
    }
    expect(await codesOf(stored.summary)).not.toContain("not-scored");
  });

  it("tells again what the run told, but for notices of types that are no more", async () => {
    const { result, summary } = await summarize({ method: "weighted" });
    const told = result.notices.map(({ code }) => code);
    const { stored } = await throughStore(summary);
    expect(told.length).toBeGreaterThan(0);
    expect((await solveSummary(stored.summary)).notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(told),
    );
    const few = { code: "few-cells", message: "Types with fewer than 10 cells" };
    const other = { code: "rare-genes", message: "Left out: a gene" };
    const { cellCounts } = stored.summary;
    const known = { ...stored.summary, notices: [few, other] };
    const { notices } = await solveSummary(recombineTypes(known, { drop: ["type_1"] }));
    expect(cellCounts).toEqual(Int32Array.of(12, 12, 12, 12));
    expect(notices).toContainEqual(other);
    expect(notices.map(({ code }) => code)).not.toContain("few-cells");
  });

  it.each([
    [{ drop: ["type_9"] }, /one of "type_0", "type_1", "type_2", "type_3"/],
    [{ drop: ["type_1", "type_1"] }, /each type once/],
    [{ drop: ["type_1"], merge: { a: ["type_1"] } }, /each type once/],
    [{ merge: { type_3: ["type_1", "type_2"] } }, /a name that no remaining type has/],
    [{ merge: { a: [] } }, /a list of types/],
    [{ drop: ["type_0", "type_1", "type_2", "type_3"] }, /at least one type left/],
  ])("refuses %j", async (change, message) => {
    const { summary } = await summarize();
    expect(() => recombineTypes(summary, change)).toThrow(message);
  });
});
