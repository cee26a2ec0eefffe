import { type ChunkSource, type DenseChunk, memorySource } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findLattice,
  type Mapped,
  type PyramidOptions,
  paintAmounts,
  paintClasses,
  paintLevel,
  pyramidFrames,
  shareByte,
} from "../src/internal.js";
import { placesOf, squareGrid } from "./lattices.js";

interface Given extends Omit<Mapped, "proportions"> {
  readonly values: Float32Array | Float64Array;
  readonly typeCount: number;
}

function source({ values, typeCount }: Given, spotsPerChunk: number): ChunkSource<DenseChunk> {
  const spotCount = values.length / typeCount;
  return memorySource(
    { kind: "dense", spotStart: 0, spotCount, width: typeCount, values },
    { spotsPerChunk },
  );
}

async function paint(
  given: Given,
  level: number,
  { spotsPerChunk = 100, ...options }: PyramidOptions & { spotsPerChunk?: number } = {},
): Promise<Uint8Array> {
  const { width, height } = pyramidFrames(given.frame)[level];
  const planes = new Uint8Array((given.typeCount + 1) * width * height);
  const mapped = { ...given, proportions: source(given, spotsPerChunk) };
  for await (const { plane, rowStart, rowCount, bytes } of paintLevel(mapped, level, options)) {
    expect(bytes.length).toBe(rowCount * width);
    planes.set(bytes, (plane * height + rowStart) * width);
  }
  return planes;
}

/** The same said plainly. */
function plainly(given: Given, level: number): Uint8Array {
  const { frame, texels, dominant, values, typeCount } = given;
  const { width, height } = pyramidFrames(frame)[level];
  const size = width * height;
  const planes = new Uint8Array((typeCount + 1) * size);
  const spots: number[][] = Array.from({ length: size }, () => []);
  for (const [spot, texel] of texels.entries()) {
    const [column, row] = [texel % frame.width, Math.floor(texel / frame.width)];
    spots[Math.floor(row / 2 ** level) * width + Math.floor(column / 2 ** level)].push(spot);
  }
  for (const [texel, own] of spots.entries()) {
    const known = own.filter((spot) => dominant[spot] >= 0);
    const means = Array.from({ length: typeCount }, (_, k) =>
      Math.fround(known.reduce((sum, spot) => sum + values[spot * typeCount + k], 0) / known.length),
    );
    const largest = level === 0 && frame.isLattice ? dominant[own[0]] : means.indexOf(Math.max(...means));
    for (let k = 0; k <= typeCount; k++) {
      const byte = k < typeCount ? Math.min(254, 1 + Math.round(253 * Math.sqrt(means[k]))) : largest + 1;
      planes[k * size + texel] = own.length === 0 ? 0 : known.length === 0 ? 255 : byte;
    }
  }
  return planes;
}

/** Spots of a grid, some missing, some without an answer, in a mixed order. */
function tissue(columns: number, rows: number, typeCount: number): Given {
  const { values: grid } = squareGrid(columns, rows);
  const order = Array.from({ length: columns * rows }, (_, i) => (i * 7919) % (columns * rows)).filter(
    (i) => i % 5 !== 3,
  );
  const lattice = findLattice(placesOf(order.map((i) => [grid[2 * i], grid[2 * i + 1]])));
  // Numbers of 12 bits add up exactly in any order.
  const values = new Float32Array(order.length * typeCount);
  const dominant = new Int32Array(order.length);
  for (let spot = 0; spot < order.length; spot++) {
    const own = Array.from({ length: typeCount }, (_, k) => ((spot * 31 + k * 17) % 4096) / 4096);
    values.set(own, spot * typeCount);
    dominant[spot] = spot % 11 === 5 ? -1 : own.indexOf(Math.max(...own));
    if (dominant[spot] < 0)
      values.fill(spot % 2 === 0 ? Number.NaN : 1 / typeCount, spot * typeCount, (spot + 1) * typeCount);
  }
  return { ...lattice, dominant, values, typeCount };
}

describe("the maps of a result", () => {
  it("have levels until one fits 256 x 256", () => {
    const sizes = (columns: number, rows: number) =>
      pyramidFrames(findLattice(squareGrid(columns, rows)).frame).map(({ width, height }) => [width, height]);
    expect(sizes(256, 200)).toEqual([[256, 200]]);
    expect(sizes(1000, 300)).toEqual([
      [1000, 300],
      [500, 150],
      [250, 75],
    ]);
  });

  it("are what they are said to be, at every level", async () => {
    const given = tissue(300, 270, 3);
    expect(given.frame.isLattice).toBe(true);
    for (const level of [0, 1]) expect(await paint(given, level)).toEqual(plainly(given, level));
  });

  it("are means where texels are shared, and the same of any chunks and memory", async () => {
    const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 60 })), {
      minLength: 1,
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(
        places,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 30_000 }),
        async (given, typeCount, spotsPerChunk, mostBytes) => {
          const { values, dominant } = {
            values: new Float64Array(given.length * typeCount).map((_, i) => ((i * 2654435761) % 97) / 97),
            dominant: new Int32Array(given.length).map((_, spot) => (spot % 7 === 2 ? -1 : 0)),
          };
          const tissue = { ...findLattice(placesOf(given)), values, typeCount, dominant };
          if (tissue.frame.isLattice) return;
          const painted = await paint(tissue, 0, { spotsPerChunk, mostBytes });
          expect(painted).toEqual(plainly(tissue, 0));
        },
      ),
      { numRuns: 40 },
    );
    const wide = tissue(1100, 700, 4);
    for (const level of [0, 1, 2]) {
      const whole = await paint(wide, level, { spotsPerChunk: 1 + wide.dominant.length });
      for (const mostBytes of [1, 2_000_000, 6_000_000]) {
        const other = await paint(wide, level, { spotsPerChunk: 4096, mostBytes });
        expect(Buffer.compare(whole, other)).toBe(0);
      }
    }
  });

  it("read the spots of a strip only, where these lie in rows", async () => {
    const grid = findLattice(squareGrid(1024, 1024));
    const typeCount = 4;
    const values = new Float32Array(2 ** 20 * typeCount).fill(0.25);
    const given: Given = { ...grid, values, typeCount, dominant: new Int32Array(2 ** 20) };
    const proportions = source(given, 1024);
    const ranges: unknown[] = [];
    const chunks: typeof proportions.chunks = (options) => {
      ranges.push(options?.spotRange);
      return proportions.chunks(options);
    };
    const bytes: number[] = [];
    const mapped = { ...given, proportions: { ...proportions, chunks } };
    for await (const strip of paintLevel(mapped, 0, { mostBytes: 2 ** 21 })) bytes.push(strip.bytes.length);
    expect(ranges).toEqual([
      { start: 0, end: 2 ** 19 },
      { start: 2 ** 19, end: 2 ** 20 },
    ]);
    expect(bytes).toEqual(Array.from({ length: 10 }, () => 2 ** 19));
  });
});

describe("bytes of columns", () => {
  it("of amounts are on the scale that is given", () => {
    const values = [0, 1, 2, 3, Number.NaN, -1, 9];
    expect([...paintAmounts(values, { count: 7 }, { most: 3, isLinear: true })]).toEqual([
      1, 85, 170, 254, 255, 1, 254,
    ]);
    expect([...paintAmounts([4, 5], { count: 2 }, { most: 8, least: 4 })]).toEqual([
      1,
      1 + Math.round(253 / 2),
    ]);
    expect([...paintAmounts([4, 4, Number.NaN], { count: 3 }, { most: 4, least: 4 })]).toEqual([1, 1, 255]);
    expect([0, 0.25, 1, 1.5, Number.NaN].map(shareByte)).toEqual([1, 128, 254, 254, 255]);
  });

  it("are means of what shares a texel, of those that have an answer", () => {
    const texels = Int32Array.of(0, 0, 2, 3, 3, -1);
    const values = [1, 0, Number.NaN, Number.NaN, 1, 1];
    expect([...paintAmounts(values, { count: 4, texels }, { most: 1, isLinear: true })]).toEqual([
      1 + Math.round(253 / 2),
      0,
      255,
      254,
    ]);
  });

  it("of classes are the commonest, as counted plainly", () => {
    const spots = fc.array(fc.tuple(fc.integer({ min: -1, max: 9 }), fc.integer({ min: -1, max: 4 })));
    fc.assert(
      fc.property(spots, (given) => {
        const texels = Int32Array.from(given, ([texel]) => texel);
        const codes = given.map(([, code]) => code);
        const painted = paintClasses(codes, { count: 10, texels });
        for (const [texel, byte] of painted.entries()) {
          const own = codes.filter((_, spot) => texels[spot] === texel);
          const counts = [0, 1, 2, 3, 4].map((code) => own.filter((one) => one === code).length);
          const most = Math.max(...counts);
          expect(byte).toBe(own.length === 0 ? 0 : most === 0 ? 255 : counts.indexOf(most) + 1);
        }
      }),
    );
    expect([...paintClasses([3, -1, 0], { count: 3 })]).toEqual([4, 255, 1]);
    expect(() => paintClasses([254], { count: 1 })).toThrow("at most 254 classes");
  });
});
