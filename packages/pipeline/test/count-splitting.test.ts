import type { CsrChunk } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { CORE_SPOTS, SAMPLE_SPOTS } from "../src/runtime/sample-size.js";
import { sampleSpots } from "../src/stages/survey/sample-spots.js";
import { weakestEnough } from "../src/tuning/choose-smoothing.js";
import { search } from "../src/tuning/search-strength.js";
import { keptPlaces, restrictSample } from "../src/tuning/settle-sample.js";
import { thinCounts } from "../src/tuning/thin-counts.js";

describe("thinCounts", () => {
  const size = 4000;
  const counts = (count: number): CsrChunk => ({
    kind: "csr",
    spotStart: 0,
    spotCount: size,
    width: 3,
    indptr: Int32Array.from({ length: size + 1 }, (_, i) => i),
    indices: Int32Array.from({ length: size }, (_, i) => i % 3),
    values: new Float32Array(size).fill(count),
  });
  const spots = Int32Array.from({ length: size }, (_, i) => 5 * i);

  it.each([1, 2, 31, 32, 33, 200])("halves %d counts as fair coins would", (count) => {
    const { first, second } = thinCounts(counts(count), spots);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < size; i++) {
      expect(first.values[i] + second.values[i]).toBe(count);
      expect(first.values[i]).toBeGreaterThanOrEqual(0);
      expect(second.values[i]).toBeGreaterThanOrEqual(0);
      sum += first.values[i];
      squares += (first.values[i] - count / 2) ** 2;
    }
    // Five standard errors.
    expect(Math.abs(sum / size - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4 / size));
    const variance = squares / size;
    expect(Math.abs(variance - count / 4)).toBeLessThan(5 * (count / 4) * Math.sqrt(2 / size) + 1e-9);
  });

  it("depends on spot and gene alone", () => {
    const whole = thinCounts(counts(9), spots).first.values;
    const part: CsrChunk = {
      kind: "csr",
      spotStart: 0,
      spotCount: 1,
      width: 3,
      indptr: Int32Array.of(0, 2),
      indices: Int32Array.of(0, 100 % 3),
      values: Float64Array.of(4, 9),
    };
    expect(thinCounts(part, Int32Array.of(500)).first.values[1]).toBe(whole[100]);
  });

  it("shares out what is not a whole number", () => {
    const { first, second } = thinCounts(counts(2.5), spots);
    expect(first.values[0] + second.values[0]).toBe(2.5);
    expect((first.values[0] * 4) % 4).toBe(1);
  });

  it("tosses for no more than a million counts, however many there are", () => {
    const { first, second } = thinCounts(
      counts(3e38),
      Int32Array.from({ length: size }, (_, i) => i),
    );
    for (let i = 0; i < size; i += 97) {
      expect(first.values[i] + second.values[i]).toBe(Math.fround(3e38));
      expect(first.values[i] / second.values[i]).toBeCloseTo(1, 12);
    }
  });
});

describe("sampleSpots", () => {
  /** A line of spots, each next to the ones before and after. */
  const line = (spotCount: number) => ({
    neighbors: {
      spotCount,
      indptr: Int32Array.from({ length: spotCount + 1 }, (_, i) =>
        i === 0 ? 0 : Math.min(2 * i - 1, 2 * spotCount - 2),
      ),
      indices: Int32Array.from({ length: 2 * spotCount - 2 }, (_, e) =>
        e % 2 === 0 ? e / 2 + 1 : (e - 1) / 2,
      ),
    },
    order: Int32Array.from({ length: spotCount }, (_, i) => i),
  });

  it("takes a small section whole", () => {
    const { spots, graph } = sampleSpots(line(100));
    expect([...spots]).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(graph.neighbors).toEqual(line(100).neighbors);
  });

  it("takes connected patches spread over a large one, with the edges within them", () => {
    const { spots, isCore, graph } = sampleSpots(line(100_000));
    expect(spots).toHaveLength(SAMPLE_SPOTS);
    expect(new Set(spots).size).toBe(SAMPLE_SPOTS);
    expect(isCore.reduce((sum, one) => sum + one, 0)).toBe(CORE_SPOTS);
    let gaps = 0;
    for (let i = 1; i < spots.length; i++) if (spots[i] !== spots[i - 1] + 1) gaps++;
    expect(gaps).toBe(15);
    expect(graph.neighbors.indices).toHaveLength(2 * SAMPLE_SPOTS - 32);
    expect([...(graph.order ?? [])]).toEqual(Array.from({ length: SAMPLE_SPOTS }, (_, i) => i));
  });

  it("keeps its core in a section of many counts, and of a sparse one all spots that were read", () => {
    const asked = sampleSpots(line(100_000));
    const isRead = new Uint8Array(SAMPLE_SPOTS).fill(1);
    const inDeep = keptPlaces(asked, isRead, 500);
    const deep = restrictSample(asked, inDeep);
    expect(deep.spots).toHaveLength(CORE_SPOTS);
    expect(deep.isCore.every((one) => one === 1)).toBe(true);
    expect(deep.graph.neighbors.indices).toHaveLength(2 * CORE_SPOTS - 8);
    expect([...deep.spots]).toEqual([...inDeep].map((place) => asked.spots[place]));
    expect(restrictSample(asked, keptPlaces(asked, isRead, 5))).toBe(asked);
    isRead[7] = 0;
    const sparse = restrictSample(asked, keptPlaces(asked, isRead, 5));
    expect(sparse.spots).toHaveLength(SAMPLE_SPOTS - 1);
    expect(sparse.spots).not.toContain(asked.spots[7]);
  });

  it("finds enough spots where pieces of tissue are small", () => {
    const apart = { spotCount: 5000, indptr: new Int32Array(5001), indices: new Int32Array(0) };
    expect(sampleSpots({ neighbors: apart, order: undefined }).spots).toHaveLength(5000);
  });
});

describe("the search for a strength", () => {
  /** Losses of 100 spots around a mean that is least at `best`, on a logarithmic scale. */
  const around = (best: number) => async (strength: number) => {
    const mean = strength === 0 ? 18 : Math.min(17, Math.log2(strength / best) ** 2);
    return Float64Array.from({ length: 100 }, (_, i) => mean + ((i * 37) % 10) / 100);
  };

  it.each([
    [10, 10],
    [160, 160],
    [0.5, 0.5],
  ])("finds the least loss at %d, within the candidates or beyond", async (best, expected) => {
    const truth = -0.5;
    expect(weakestEnough(await search(around(best), [2, 5, 10, 20, 40], truth), truth)).toBe(expected);
  });

  it("stays at 0 where smoothing only harms, and stops early", async () => {
    const tried = await search(async (strength) => new Float64Array(10).fill(strength), [2, 5, 10], -1);
    expect(weakestEnough(tried, -1)).toBe(0);
    expect(tried.size).toBe(2);
  });

  it("ends where all spots are nearly one and a step takes hardly anything of the error away", async () => {
    const flat = async (strength: number) => new Float64Array(10).fill(5 + 1 / (1 + strength));
    const tried = await search(flat, [2, 5, 10], 0);
    expect(Math.max(...tried.keys())).toBeLessThanOrEqual(40);
    expect(weakestEnough(tried, 0)).toBe(5);
  });

  it("takes the weakest whose error is within 3 % of the least", async () => {
    const losses = new Map([
      [0, 10],
      [2, 5],
      [5, 0.16],
      [10, 0.14],
      [20, 0],
      [40, 0.2],
    ]);
    const lossOf = async (strength: number) =>
      Float64Array.of(losses.get(strength) ?? 9, losses.get(strength) ?? 9);
    const tried = await search(lossOf, [2, 5, 10, 20, 40], -4);
    // The best strength leaves an error of 5, 5.5 or 1, of which 3 % may be given up.
    expect(weakestEnough(tried, -5)).toBe(10);
    expect(weakestEnough(tried, -5.5)).toBe(5);
    expect(weakestEnough(tried, -1)).toBe(20);
    // Noise may make the least loss less than that of the truth.
    expect(weakestEnough(tried, 1)).toBe(20);
    expect([...tried.keys()]).toEqual([0, 2, 5, 10, 20, 40]);
  });
});
