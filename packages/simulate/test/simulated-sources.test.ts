import { collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { type SimulationOptions, simulateTissue } from "@flashdeconv/simulate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const SMALL: Partial<SimulationOptions> = {
  spotCount: 61,
  geneCount: 45,
  typeCount: 7,
  depth: 40,
  cellsPerType: 3,
};

const WIDE = {
  layout: "layered",
  domainScale: 3,
  borderWidth: 2,
  shuffleCoordinates: true,
  missingTypeCount: 2,
} as const;

async function readEverything(options: Partial<SimulationOptions>) {
  const { counts, coordinates, truth, reference } = simulateTissue(options);
  return {
    counts: await collect(counts),
    coordinates: await collect(coordinates),
    truth: await collect(truth),
    reference: await collect(reference.counts),
  };
}

describe("the sources of a simulated tissue", () => {
  it.each([
    ["defaults", {}],
    ["one spot per chunk", { spotsPerChunk: 1 }],
    ["everything on", { overdispersion: 0.5, platformEffect: 1, emptySpotFraction: 0.3, layout: "patchy" }],
    ["layers", { layout: "layered", spotsPerChunk: 7 }],
    ["wide borders, places shuffled, types missing", WIDE],
    ["one spot", { spotCount: 1 }],
    ["one type and one gene", { typeCount: 1, geneCount: 1 }],
    ["nothing but empty spots", { emptySpotFraction: 1 }],
  ] as const)("keep the contract: %s", async (_, options) => {
    const { counts, coordinates, truth, reference } = simulateTissue({
      ...SMALL,
      spotsPerChunk: 10,
      ...options,
    });
    for (const source of [counts, reference.counts]) await checkSource(source);
    for (const source of [coordinates, truth]) await checkSource(source);
  });

  it("give the same bits in chunks of 1, 7 and all, and when options that do not concern them change", async () => {
    const anyOptions = fc.record({
      seed: fc.nat(),
      overdispersion: fc.constantFrom(0, 0.4),
      domains: fc.constantFrom(
        { layout: "smooth" } as const,
        { layout: "rough" } as const,
        { layout: "patchy", borderWidth: 8 } as const,
        { layout: "layered", borderWidth: 0 } as const,
        { layout: "layered", borderWidth: 8 } as const,
      ),
      shuffleCoordinates: fc.boolean(),
      missingTypeCount: fc.constantFrom(0, 3),
    });
    await fc.assert(
      fc.asyncProperty(anyOptions, async ({ domains, ...others }) => {
        const options = { ...domains, ...others };
        const all = await readEverything({ ...SMALL, ...options });
        for (const spotsPerChunk of [1, 7]) {
          expect(await readEverything({ ...SMALL, ...options, spotsPerChunk })).toEqual(all);
        }
        const otherDepth = await readEverything({ ...SMALL, ...options, depth: 10, referenceDepth: 10 });
        expect(otherDepth.truth).toEqual(all.truth);
        expect(otherDepth.coordinates).toEqual(all.coordinates);
      }),
      { numRuns: 20 },
    );
  });

  it("can be read side by side, spot by spot", async () => {
    const { counts } = simulateTissue({ ...SMALL, spotsPerChunk: 1 });
    const whole = await collect(counts);
    const second = counts.chunks()[Symbol.asyncIterator]();
    const values: number[] = [];
    for await (const _ of counts.chunks()) {
      const { value } = await second.next();
      values.push(...value.values);
    }
    expect(Float32Array.from(values)).toEqual(whole.values);
  });

  it("differ between seeds in every part", async () => {
    const [a, b] = [await readEverything({ ...SMALL, seed: 1 }), await readEverything({ ...SMALL, seed: 2 })];
    for (const part of ["counts", "coordinates", "truth", "reference"] as const) {
      expect(a[part].values).not.toEqual(b[part].values);
    }
  });

  it("hold the numbers they have always held", async () => {
    const { counts, coordinates, truth, reference } = await readEverything({ ...SMALL, overdispersion: 0.2 });
    expect([...counts.indices.slice(0, 8)]).toEqual([0, 2, 12, 18, 19, 21, 23, 24]);
    expect([...counts.values.slice(0, 8)]).toEqual([9, 1, 1, 2, 1, 3, 1, 2]);
    expect([...coordinates.values.slice(0, 4)]).toEqual([
      8.156503175850958, -2.440498622599989, 100.7277302420698, -8.561510590370744,
    ]);
    expect([...truth.values.slice(0, 7)]).toEqual([
      0, 0.1255285066814607, 0, 0.4811533256504708, 0.2953049566837884, 0.019938629630584844,
      0.07807458135369533,
    ]);
    expect([...reference.values.slice(0, 8)]).toEqual([1202, 85, 58, 15, 12, 5, 85, 10]);
  });
});

describe("names", () => {
  it("are bytes of one length, in code-point order, for any range", async () => {
    const tissue = simulateTissue({ ...SMALL, spotCount: 70_000 });
    const names: string[] = [];
    let next = 0;
    for await (const { start, count, offsets, bytes } of tissue.spotNames()) {
      expect(start).toBe(next);
      expect(offsets).toHaveLength(count + 1);
      expect(offsets[count]).toBe(bytes.length);
      for (let i = 0; i < count; i++) {
        names.push(new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1])));
      }
      next += count;
    }
    expect(names).toHaveLength(70_000);
    expect(names[0]).toBe("spot_00000");
    expect(names[69_999]).toBe("spot_69999");
    expect(names).toEqual([...new Set(names)].sort());
    for await (const chunk of tissue.spotNames({ spotRange: { start: 12_345, end: 12_346 } })) {
      expect(new TextDecoder().decode(chunk.bytes)).toBe("spot_12345");
      expect(chunk).toMatchObject({ start: 12_345, count: 1 });
    }
  });

  it("of types, genes and cells are distinct, sorted, and one per column or row", () => {
    const { typeNames, geneNames, reference } = simulateTissue({
      typeCount: 12,
      geneCount: 101,
      cellsPerType: 2,
    });
    expect([typeNames.length, geneNames.length, reference.cellNames.length]).toEqual([12, 101, 24]);
    for (const names of [typeNames, geneNames, reference.cellNames]) {
      expect(names).toEqual([...new Set(names)].sort());
    }
    expect(typeNames[2]).toBe("type_02");
  });

  it("stop when aborted", async () => {
    const reason = new Error("enough");
    const read = async () => {
      for await (const _ of simulateTissue(SMALL).spotNames({ signal: AbortSignal.abort(reason) }));
    };
    await expect(read()).rejects.toBe(reason);
  });
});
