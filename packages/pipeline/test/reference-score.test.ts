import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, memorySource } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { beforeAll, describe, expect, it } from "vitest";
import type { ReferenceScore } from "../src/contracts/score.js";
import {
  deconvolve,
  deconvolveDivided,
  type Parameters,
  type ReferenceInput,
  type SectionSummary,
  SPOT_STATUSES,
  type SpatialInput,
  solveSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { scoreSection } from "../src/score-section.js";
import { describeScore, scoreFacts, scoreIn } from "../src/stages/keep/score-facts.js";
import { groupSpots, poolRows } from "../src/tuning/score/pool-spots.js";
import { rankCorrelation } from "../src/tuning/score/rank-correlation.js";
import { scramble } from "../src/tuning/score/scramble.js";
import { smallSection, spatialFrom } from "./small-section.js";
import { storedTissue } from "./stored-tissue.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({ spotCount: 600, geneCount: 400, typeCount: 6, depth: 300 });
const cells = tissue.reference;
let spatial: SpatialInput;
let coordinates: Float64Array;
const stored = storedTissue(tissue);

beforeAll(async () => {
  coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
  spatial = spatialFrom(await collect(tissue.counts), tissue.geneNames, coordinates);
});

/** The reference with each gene under the name of one some places further on. */
function renamed(by: number): ReferenceInput {
  const { geneNames } = cells;
  return { ...cells, geneNames: geneNames.map((_, g) => geneNames[(g + by) % geneNames.length]) };
}

/** The reference with labels by the order of its cells, which come type after type in turn. */
function relabelled(): ReferenceInput {
  const { codes, names } = cells.cellTypes;
  return {
    ...cells,
    cellTypes: { names, codes: codes.map((_, i) => Math.floor((i * names.length) / codes.length)) },
  };
}

describe("the score of a reference", () => {
  it("is green for a sound one, by any method", async () => {
    for (const method of ["refined", "flashdeconv"] as const) {
      const score = await scoreSection(spatial, cells, { method });
      expect(score).toMatchObject({ level: "green", sharedCounts: 1 });
      expect(score.explained).toBeGreaterThan(0.8);
      expect(score.bulkCorrelation).toBeGreaterThan(0.5);
      expect(score.evidence).toBeGreaterThan(4);
    }
  });

  it("is red where genes have each other's names, and not green where cells have each other's labels", async () => {
    for (const by of [1, 57, 200])
      expect(await scoreSection(spatial, renamed(by))).toMatchObject({ level: "red" });
    expect((await scoreSection(spatial, relabelled())).level).not.toBe("green");
  });

  it("of few counts is amber, however much chance explains of them", async () => {
    const { matrix, reference, spatial: input } = await smallSection({ emptySpotFraction: 0.1 });
    const values = matrix.values.slice();
    values.fill(0, 0, matrix.indptr[10]);
    const { values: places } = await input.readCoordinates();
    const few = spatialFrom({ ...matrix, values }, input.geneNames, Float64Array.from(places));
    const score = await scoreSection(few, reference);
    expect(score.evidence).toBeLessThan(4);
    expect(score).toMatchObject({ level: "amber", explained: 1 });
    const { geneNames } = reference;
    const wrong = { ...reference, geneNames: geneNames.map((_, g) => geneNames[(g + 41) % 120]) };
    expect(await scoreSection(few, wrong)).toMatchObject({ level: "red" });
  });

  it("of few places is amber, however little of their differences it explains", async () => {
    const told: string[] = [];
    for (const seed of [1, 2, 3]) {
      const small = simulateTissue({
        ...{ spotCount: 60, geneCount: 300, typeCount: 12, depth: 2000, cellsPerType: 30, seed },
        ...{ platformEffect: 0.3, overdispersion: 0.2 },
      });
      const places = Float64Array.from((await collect(small.coordinates)).values);
      const input = spatialFrom(await collect(small.counts), small.geneNames, places);
      const score = await scoreSection(input, small.reference);
      expect(score.evidence).toBeGreaterThan(4);
      expect(score.explained).toBeLessThan(0.2);
      told.push(score.level);
      expect(describeScore(score)).toMatch(/^There are too few places to tell .* Compare marker genes/);
    }
    expect(told).toEqual(["amber", "amber", "amber"]);
  });

  it("depends little on which names the scrambled references got", async () => {
    const found: number[] = [];
    for (let seed = 0; seed < 6; seed++)
      found.push((await scoreSection(spatial, cells, {}, { seed })).explained ?? -1);
    expect(Math.max(...found) - Math.min(...found)).toBeLessThan(0.03);
  });

  it("says what share of the counts is in genes of the reference", async () => {
    const { geneNames } = cells;
    const known = geneNames.map((name, g) => (g % 2 === 0 ? name : `other ${g}`));
    const score = await scoreSection(spatial, { ...cells, geneNames: known });
    const { values, indices } = (await collect(spatial.counts)) as {
      values: Float32Array;
      indices: Int32Array;
    };
    const isKnown = spatial.geneNames.map((name) => known.includes(name));
    let all = 0;
    let shared = 0;
    for (const [i, value] of values.entries()) {
      all += value;
      if (isKnown[indices[i]]) shared += value;
    }
    expect(score.sharedCounts).toBeCloseTo(shared / all, 10);
  });

  it("cannot be told of a single type, or of spots without counts", async () => {
    const { codes, names } = cells.cellTypes;
    const one = { ...cells, cellTypes: { names: names.slice(0, 1), codes: codes.map(() => 0) } };
    expect(await scoreSection(spatial, one)).toMatchObject({
      level: "amber",
      explained: null,
      scrambled: null,
    });
    const counts = await collect(spatial.counts);
    const bare = spatialFrom(
      { ...counts, values: new Float32Array(counts.values.length) },
      spatial.geneNames,
      coordinates,
    );
    expect(await scoreSection(bare, cells)).toMatchObject({
      level: "amber",
      explained: null,
      sharedCounts: null,
    });
  });

  it("is kept with the result and, at red, says of every spot that nothing holds", async () => {
    const sound = await deconvolve(spatial, cells);
    expect((sound.parameters.reference_score as Parameters).level).toBe("green");
    expect(sound.statuses.every((status) => SPOT_STATUSES[status] !== "reference mismatch")).toBe(true);
    let summary: SectionSummary | undefined;
    const wrong = await deconvolve(
      spatial,
      renamed(57),
      {},
      {
        onSummary(one) {
          summary = one;
        },
      },
    );
    expect(wrong.statuses.every((status) => SPOT_STATUSES[status] === "reference mismatch")).toBe(true);
    const again = await solveSummary(summary as unknown as SectionSummary);
    expect(again.statuses).toEqual(wrong.statuses);
    expect(again.parameters.reference_score).toEqual(wrong.parameters.reference_score);
  });

  it("has the same bits for any size of chunks, and on scratch", async () => {
    const matrix = await collect(tissue.counts);
    const alone = await deconvolve(spatial, cells);
    for (const spotsPerChunk of [7, 250, 1000]) {
      const counts = memorySource(matrix, { spotsPerChunk });
      expect(await scoreSection({ ...spatial, counts }, cells)).toEqual(
        scoreIn(alone.parameters as Parameters),
      );
    }
    const folder = await mkdtemp(join(tmpdir(), "flashdeconv-score-"));
    const scratch = await openScratchFolder(folder);
    try {
      const onScratch = await deconvolve(spatial, cells, {}, { scratch: { scratch, windowBytes: 2 ** 20 } });
      expect(onScratch.parameters.reference_score).toEqual(alone.parameters.reference_score);
    } finally {
      await scratch.remove();
      await rm(folder, { recursive: true });
    }
  });

  it("is each section's own, and says nothing of the spots of the others", async () => {
    // Every second spot is of a section whose genes have each other's names.
    const matrix = await collect(tissue.counts);
    const codes = Int32Array.from({ length: matrix.spotCount }, (_, spot) => spot % 2);
    const mixed = { ...matrix, indices: matrix.indices.slice(), values: matrix.values.slice() };
    for (let spot = 1; spot < matrix.spotCount; spot += 2) {
      const [start, end] = [matrix.indptr[spot], matrix.indptr[spot + 1]];
      const order = Array.from({ length: end - start }, (_, i) => ({
        gene: (matrix.indices[start + i] + 57) % matrix.width,
        value: matrix.values[start + i],
      })).sort((a, b) => a.gene - b.gene);
      for (const [i, { gene, value }] of order.entries()) {
        mixed.indices[start + i] = gene;
        mixed.values[start + i] = value;
      }
    }
    const section = spatialFrom(mixed, tissue.geneNames, coordinates);
    const { statuses, parameters } = await deconvolveDivided(
      { ...section, sections: { codes, names: ["sound", "wrong"] } },
      cells,
    );
    const own = parameters.sections as Record<string, { reference_score: Parameters }>;
    expect(own.sound.reference_score.level).toBe("green");
    expect(own.wrong.reference_score.level).toBe("red");
    for (const [spot, status] of statuses.entries())
      expect(SPOT_STATUSES[status] === "reference mismatch").toBe(codes[spot] === 1);
  });

  it.skipIf(!existsSync(workerUrl))("has the same bits on threads", async () => {
    const section = await stored.section();
    const alone = await scoreSection(section, cells);
    const executor = threadPool({ threadCount: 2, workerUrl });
    try {
      expect(await scoreSection(section, cells, {}, { executor })).toEqual(alone);
    } finally {
      await executor.close();
    }
  });

  it("is the same once it has been among parameters", () => {
    const score: ReferenceScore = {
      level: "amber",
      explained: 0.4,
      scrambled: 0.1,
      evidence: 3,
      bulkCorrelation: null,
      sharedCounts: 0.9,
      groupCount: 12,
    };
    expect(scoreIn({ reference_score: scoreFacts(score) })).toEqual(score);
    expect(scoreIn({})).toBeUndefined();
    expect(scoreIn({ reference_score: { level: "blue" } })).toBeUndefined();
  });
});

describe("its parts", () => {
  it("pool spots that follow each other, whatever order they are stored in", () => {
    const rows = {
      kind: "csr" as const,
      spotStart: 0,
      spotCount: 4,
      width: 3,
      indptr: Int32Array.of(0, 2, 3, 4, 6),
      indices: Int32Array.of(2, 0, 1, 1, 0, 2),
      values: Float64Array.of(1, 2, 3, 4, 5, 6),
    };
    const groups = groupSpots(4, 2, Int32Array.of(0, 3, 2, 1));
    expect([...groups.groupOf]).toEqual([0, 1, 1, 0]);
    const pooled = poolRows(rows, groups);
    expect([...pooled.indptr]).toEqual([0, 2, 3]);
    expect([...pooled.indices]).toEqual([0, 2, 1]);
    expect([...pooled.values]).toEqual([7, 7, 7]);
  });

  it("scramble columns and nothing else", () => {
    const values = Float64Array.from({ length: 2 * 50 }, (_, i) => i);
    const mixed = scramble(values, 2, 3);
    expect([...mixed].sort((a, b) => a - b)).toEqual([...values]);
    for (let g = 0; g < 50; g++) expect(mixed[50 + g] - mixed[g]).toBe(50);
    expect(mixed).not.toEqual(values);
    expect(scramble(values, 2, 3)).toEqual(mixed);
    expect(scramble(values, 2, 4)).not.toEqual(mixed);
  });

  it("correlate ranks, equal ones at their mean", () => {
    expect(rankCorrelation(Float64Array.of(1, 2, 3), Float64Array.of(10, 200, 3000))).toBeCloseTo(1);
    expect(rankCorrelation(Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1))).toBeCloseTo(-1);
    expect(rankCorrelation(Float64Array.of(1, 1, 2), Float64Array.of(1, 2, 3))).toBeCloseTo(0.866, 3);
  });
});
