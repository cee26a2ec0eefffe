import type { CsrChunk } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTypeChooser } from "../src/choose-types.js";
import { buildCountLikelihood, type CountLikelihood } from "../src/count-likelihood.js";
import { buildSetFit, fitSet } from "../src/set-fits.js";
import { costOf, SET_LIMITS, setRowWidth } from "../src/set-limits.js";

const GENES = 30;

function problemOf(typeCount: number, seed: number) {
  let state = seed | 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const profiles = Float64Array.from({ length: typeCount * GENES }, () => next() ** 4 + 0.001);
  const likelihood = buildCountLikelihood(profiles, typeCount, { meanDepth: 80, overdispersion: 0.3 });
  const spotCount = 7;
  const indptr = new Int32Array(spotCount + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let spot = 0; spot < spotCount; spot++) {
    const [one, other, share] = [Math.floor(next() * typeCount), Math.floor(next() * typeCount), next()];
    for (let gene = 0; gene < GENES && spot !== 3; gene++) {
      const mean = share * profiles[one * GENES + gene] + (1 - share) * profiles[other * GENES + gene];
      const count = Math.floor(30 * mean * (0.5 + next()) + next());
      if (count === 0) continue;
      indices.push(gene);
      values.push(count);
    }
    indptr[spot + 1] = indices.length;
  }
  const start = Float64Array.from({ length: spotCount * typeCount }, (_, i) =>
    Math.floor(i / typeCount) === 5 ? Number.NaN : next() ** 3,
  );
  const rows: CsrChunk = {
    kind: "csr",
    spotStart: 0,
    spotCount,
    width: GENES,
    indptr,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
  return { likelihood, rows, start, typeCount };
}

type Problem = ReturnType<typeof problemOf>;

/** Weighted counts of a spot, and the types' shares of their genes, by the letter of the likelihood. */
function columnsOf({ typeCount, shares, weights, totals }: CountLikelihood, rows: CsrChunk, spot: number) {
  const places = Array.from(
    { length: rows.indptr[spot + 1] - rows.indptr[spot] },
    (_, i) => rows.indptr[spot] + i,
  );
  return {
    counts: places.map((i) => weights[rows.indices[i]] * rows.values[i]),
    columns: Array.from({ length: typeCount }, (_, k) =>
      places.map((i) => shares[rows.indices[i] * typeCount + k] / totals[k]),
    ),
  };
}

/** The likeliest shares of a set by many steps of EM, which Newton's method knows nothing of. */
function byEm({ counts, columns }: ReturnType<typeof columnsOf>, set: readonly number[]) {
  let shares = set.map(() => 1 / set.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const meanOf = (i: number) => set.reduce((sum, k, j) => sum + shares[j] * columns[k][i], 0);
  for (let step = 0; step < 1000 && set.length > 1; step++) {
    const parts = shares.map(() => 0);
    for (const [i, count] of counts.entries()) {
      const mean = meanOf(i);
      for (const [j, k] of set.entries()) parts[j] += (count * shares[j] * columns[k][i]) / mean;
    }
    shares = parts.map((part) => part / total);
  }
  return { shares, total, value: counts.reduce((sum, count, i) => sum + count * Math.log(meanOf(i)), 0) };
}

/** How the log-likelihood rises with a type that a fitted set lacks. */
function slopeFrom(
  { counts, columns }: ReturnType<typeof columnsOf>,
  {
    set,
    shares,
    total,
  }: { readonly set: readonly number[]; readonly shares: number[]; readonly total: number },
  type: number,
): number {
  const meanOf = (i: number) => set.reduce((sum, k, j) => sum + shares[j] * columns[k][i], 0);
  return counts.reduce((sum, count, i) => sum + (count * columns[type][i]) / meanOf(i), 0) - total;
}

function subsets(count: number, most: number): number[][] {
  const all: number[][] = [];
  for (let bits = 1; bits < 2 ** count; bits++) {
    const set = Array.from({ length: count }, (_, k) => k).filter((k) => (bits >> k) & 1);
    if (set.length <= most) all.push(set);
  }
  return all;
}

/** Every set of a spot with its score, the best first. */
function allSets({ likelihood, rows, start, typeCount }: Problem, spot: number, most: number) {
  const problem = columnsOf(likelihood, rows, spot);
  const own = Array.from(start.subarray(spot * typeCount, (spot + 1) * typeCount));
  const sum = own.reduce((a, b) => a + b, 0);
  const { leastPrior } = SET_LIMITS;
  const prior = own.map((share) =>
    Math.log(((sum > 0 ? share / sum : 1 / typeCount) + leastPrior) / (1 + typeCount * leastPrior)),
  );
  const fits = subsets(typeCount, most).map((set) => ({ set, ...byEm(problem, set) }));
  const sets = fits.flatMap(({ set, shares, total, value }) => {
    const smaller = fits.filter(
      (one) => one.set.length === set.length - 1 && one.set.every((k) => set.includes(k)),
    );
    const gain = value - Math.max(...smaller.map((one) => one.value));
    // Where the likelihood falls from a smaller set towards the type that it lacks, the two are as likely.
    const slopes = smaller.map((one) => slopeFrom(problem, one, set.find((k) => !one.set.includes(k)) ?? 0));
    if (Math.min(...slopes) < -0.1) return [];
    const priors = set.reduce((all, k) => all + prior[k], 0);
    const score = value + priors - (set.length - 1) * costOf(total);
    return [
      {
        set,
        score,
        amounts: set.map((k, j) => (shares[j] * total) / likelihood.totals[k]),
        isClear: gain > 0.1,
      },
    ];
  });
  return sets.sort((one, other) => other.score - one.score);
}

function chosen({ likelihood, rows, start }: Problem, most: number, Storage = Float64Array) {
  const out = new Storage(rows.spotCount * setRowWidth(most)).fill(7);
  buildTypeChooser(likelihood, most).choose(rows, start, out);
  return Array.from({ length: rows.spotCount }, (_, spot) => {
    const row = Array.from(out.subarray(spot * setRowWidth(most), (spot + 1) * setRowWidth(most)));
    const [certain, score] = row;
    const types = row.slice(2, 2 + most).filter((k) => k >= 0);
    const others = row.slice(2 + 2 * most).filter((k) => k >= 0);
    return { row, certain, score, types, amounts: row.slice(2 + most, 2 + most + types.length), others };
  });
}

const ascending = (set: readonly number[]) => [...set].sort((a, b) => a - b);

describe("the best set of types", () => {
  it.each([1, 2, 3, 4])("of at most %i is that of all sets, by their scores", (most) => {
    let compared = 0;
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 1e6 }), (typeCount, seed) => {
        const problem = problemOf(typeCount, seed);
        for (const [spot, found] of chosen(problem, most).entries()) {
          if (spot === 3) continue;
          const sets = allSets(problem, spot, most);
          if (sets.some(({ isClear }) => !isClear)) continue;
          const [best, second, ...rest] = sets;
          compared++;
          const gap = best.score - second.score;
          expect(found.score).toBeCloseTo(gap, 3);
          if (gap < 1e-3 || (rest[0] && second.score - rest[0].score < 1e-3)) continue;
          expect(ascending(found.types)).toEqual(best.set);
          expect(ascending(found.others)).toEqual(second.set);
          for (const [j, type] of found.types.entries()) {
            expect(found.amounts[j]).toBeCloseTo(best.amounts[best.set.indexOf(type)], 1);
          }
          // Those with most come first, and a type is certain where all sets without it are far worse.
          expect([...found.amounts].sort((a, b) => b - a)).toEqual(found.amounts);
          const distances = best.set.map(
            (k) => best.score - (sets.find(({ set }) => !set.includes(k))?.score ?? -Infinity),
          );
          if (distances.some((distance) => Math.abs(distance - SET_LIMITS.certain) < 1e-2)) continue;
          expect(found.certain).toBe(distances.filter((distance) => distance >= SET_LIMITS.certain).length);
        }
      }),
      { numRuns: 8, seed: 20 },
    );
    expect(compared).toBeGreaterThan(8);
  });

  it("is none where a spot has no counts", () => {
    expect(chosen(problemOf(5, 9), 2)[3].row).toEqual([0, 0, -1, -1, 0, 0, -1, -1]);
  });

  it("depends on its spot alone, and is of the same types in single precision", () => {
    const problem = problemOf(6, 17);
    const all = chosen(problem, 2);
    const { rows, start } = problem;
    for (let spot = 0; spot < rows.spotCount; spot++) {
      const alone = {
        ...problem,
        rows: { ...rows, spotCount: 1, indptr: rows.indptr.subarray(spot, spot + 2) },
        start: start.subarray(spot * 6, (spot + 1) * 6),
      };
      expect(chosen(alone, 2)[0].row).toEqual(all[spot].row);
    }
    const single = chosen(problem, 2, Float32Array as unknown as Float64ArrayConstructor);
    expect(single.map(({ row }) => row)).toEqual(all.map(({ row }) => row.map(Math.fround)));
  });

  it("takes at most as many as there are", () => {
    for (const { types, others } of chosen(problemOf(2, 3), 4))
      expect(types.length + others.length).toBeLessThan(5);
    for (const [spot, { types, others, certain }] of chosen(problemOf(1, 3), 2).entries()) {
      expect([types, others, certain]).toEqual(spot === 3 ? [[], [], 0] : [[0], [], 1]);
    }
  });
});

describe("the fit of a set", () => {
  it("is nothing of its own where a type has no share", () => {
    const spot = {
      length: 2,
      weights: Float64Array.of(5, 5),
      columns: [Float64Array.of(0.5, 0.5), Float64Array.of(0.5, 0.01), Float64Array.of(0.01, 0.2)],
    };
    for (const set of [
      [0, 1],
      [1, 0],
      [0, 1, 2],
    ]) {
      expect(fitSet(buildSetFit(3), spot, Int32Array.from(set))).toBe(Number.NEGATIVE_INFINITY);
    }
  });
});
