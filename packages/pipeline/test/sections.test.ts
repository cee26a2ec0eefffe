import { collect, memorySource } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { type CellReference, deconvolve, deconvolveSections, prepareReference } from "../src/index.js";
import { chooseTogether } from "../src/internal.js";
import { proportionsOf } from "./proportions-of.js";
import { smallSection } from "./small-section.js";

const TISSUE = { spotCount: 700, geneCount: 150, seed: 5 };
const smooth = await smallSection({ ...TISSUE, depth: 40 });
const rough = await smallSection({ ...TISSUE, depth: 300, layout: "rough", platformEffect: 0.4 });
const sections = [smooth.spatial, rough.spatial];

/** Coordinates are shuffled there. */
async function shuffled() {
  const { values } = await smooth.spatial.readCoordinates();
  const places = Float64Array.from(
    values,
    (_, i) => values[(2 * ((257 * (i >> 1)) % 700) + (i & 1)) as number],
  );
  return { dimension: 2 as const, values: places };
}

/** The reference, and how often it was read. */
function countedReference(): { reference: CellReference; reads: () => number } {
  let reads = 0;
  const { counts, ...rest } = smooth.reference;
  const counted = {
    ...counts,
    chunks: (options?: Parameters<typeof counts.chunks>[0]) => {
      reads++;
      return counts.chunks(options);
    },
  };
  return { reference: { ...rest, counts: counted }, reads: () => reads };
}

describe("several sections in one run", () => {
  it("are each what a run of its own with the same strength gives, to the bit, and the reference is read once", async () => {
    for (const options of [
      {},
      { method: "flashdeconv", smoothing: "auto" },
      { method: "poisson" },
    ] as const) {
      const { reference, reads } = countedReference();
      const results = await deconvolveSections(sections, reference, options);
      expect(reads()).toBe(1);
      const together = await chooseTogether(sections, reference, options);
      expect(typeof together.smoothing).toBe("number");
      for (const [i, result] of results.entries()) {
        const alone = await deconvolve(sections[i], smooth.reference, together);
        expect(await proportionsOf(result)).toEqual(await proportionsOf(alone));
        expect(result.parameters).toEqual(alone.parameters);
        expect(result.notices).toEqual(alone.notices);
      }
    }
  });

  it("say that their strength was chosen by the data of all, and by which curve", async () => {
    const named = sections.map((section, i) => (i === 0 ? { ...section, name: "smooth" } : section));
    const [first, second] = await deconvolveSections(named, smooth.reference);
    const alone = await deconvolve(sections[0], smooth.reference);
    // Whether spots are refined depends on the strength.
    const keysOf = ({ parameters }: typeof alone) =>
      Object.keys(parameters)
        .filter((key) => key !== "refining_steps")
        .sort();
    expect(keysOf(first)).toEqual(keysOf(alone));
    expect(first.parameters.smoothing).toBe("auto");
    const { smoothing_used: used, smoothing_curve: curve } = first.parameters;
    expect(curve).toMatchObject({ sections: ["smooth", "number 2"] });
    const { strength, loss } = curve as Record<string, Float64Array>;
    expect(strength.length).toBe(loss.length);
    // Three quarters of what suits least squares alone.
    expect(Array.from(strength, (one) => (first.parameters.refining_steps ? 0.75 : 1) * one)).toContain(used);
    expect(second.parameters.smoothing_curve).toEqual(curve);
    const [given] = await deconvolveSections(named, smooth.reference, { smoothing: 7 });
    expect(given.parameters).toMatchObject({ smoothing: "7", smoothing_used: 7 });
    expect(given.parameters).not.toHaveProperty("smoothing_curve");
  });

  it("have a strength of their own where that is asked for, or where it is given", async () => {
    const { reference } = smooth;
    const own = await deconvolveSections(sections, reference, { perSection: true });
    for (const [i, result] of own.entries()) {
      const alone = await deconvolve(sections[i], reference);
      expect(result.parameters.smoothing_used).toBe(alone.parameters.smoothing_used);
      expect(await proportionsOf(result)).toEqual(await proportionsOf(alone));
    }
    expect((await chooseTogether(sections, reference, { smoothing: 7 })).smoothing).toBe(7);
    for (const fixed of [{ smoothing: 7 }, { smoothing: "none" }, { method: "flashdeconv" }] as const) {
      const asked = deconvolveSections(sections, reference, { ...fixed, perSection: true });
      await expect(asked).rejects.toMatchObject({ tag: "OptionError", option: "perSection" });
    }
    expect((await chooseTogether(sections.slice(1), reference, {})).smoothing).toBe("auto");
  });

  it("take options about neighbours, whatever the data choose", async () => {
    const places = [0, 1].map(() => ({ ...smooth.spatial, readCoordinates: shuffled }));
    const [first] = await deconvolveSections(places, smooth.reference, { neighborCount: 4 });
    expect(first.parameters).toMatchObject({ neighbors: 4, smoothing_used: 0 });
    expect(first.parameters.shrinkage_used).toBeGreaterThan(0);
  });

  it("are sampled where they are many: sixteen of them, spread over all", async () => {
    const { spatial, reference } = await smallSection({ ...TISSUE, spotCount: 60, depth: 40 });
    const read = new Set<number>();
    const many = Array.from({ length: 40 }, (_, i) => {
      const chunks: typeof spatial.counts.chunks = (options) => {
        read.add(i);
        return spatial.counts.chunks(options);
      };
      return { ...spatial, counts: { ...spatial.counts, chunks } };
    });
    const { smoothing } = await chooseTogether(many, reference, {});
    expect([...read]).toEqual([1, 3, 6, 8, 11, 13, 16, 18, 21, 23, 26, 28, 31, 33, 36, 38]);
    // All are alike: these sixteen say what any do.
    expect(smoothing).toBe((await chooseTogether(many.slice(0, 16), reference, {})).smoothing);
  });

  it("choose between the strengths that suit one and the other", async () => {
    const { reference } = smooth;
    const alone = [];
    for (const section of sections) {
      alone.push((await deconvolve(section, reference)).parameters.smoothing_used as number);
    }
    const { smoothing } = await chooseTogether(sections, reference, {});
    expect(smoothing).toBeGreaterThanOrEqual(Math.min(...alone));
    expect(smoothing).toBeLessThanOrEqual(Math.max(...alone));
  });
});

describe("a reference that was prepared", () => {
  it("gives what its cells give, with their notices", async () => {
    const { reference } = smooth;
    const few = {
      ...reference,
      cellTypes: { ...reference.cellTypes, codes: reference.cellTypes.codes.slice() },
    };
    few.cellTypes.codes.fill(-1, 0, 5);
    const prepared = await prepareReference(few);
    const [own, shared] = [await deconvolve(sections[0], few), await deconvolve(sections[0], prepared)];
    expect(await proportionsOf(shared)).toEqual(await proportionsOf(own));
    expect(shared.parameters).toEqual(own.parameters);
    expect(shared.notices.map(({ code }) => code).sort()).toEqual(own.notices.map(({ code }) => code).sort());
    expect(own.notices.map(({ code }) => code)).toContain("unlabelled-cells");
  });

  it("is told of where its values may be logged and rounded, as cells are", async () => {
    const cells = await collect(smooth.reference.counts);
    const values = cells.values.map((count) => Math.round(Math.log1p(count)));
    const rounded = { ...smooth.reference, counts: memorySource({ ...cells, values }) };
    const prepared = await prepareReference(rounded);
    const { notices } = await deconvolve(sections[0], prepared, { allowNonCounts: true });
    const codes = notices.map(({ code }) => code);
    expect(codes).toContain("reference-may-be-logged");
    expect(codes).toContain("allow-non-counts-unused");
  });

  it("is a signature as it is", async () => {
    const signature = { typeNames: ["a"], geneNames: ["g"], values: Float64Array.of(1) };
    expect(await prepareReference(signature)).toBe(signature);
  });
});
