import { type Coordinates, memorySource } from "@flashdeconv/core";
import type { UnsObject } from "@flashdeconv/io-zarr";
import type { ByteGrid } from "@flashdeconv/io-zarr/internal";
import { readResultContents } from "@flashdeconv/io-zarr/internal";
import { memoryStore, type StagedStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import type { AnswerTable } from "../src/contracts/answers.js";
import type { ResultLayout } from "../src/index.js";
import { annDataSink } from "../src/stages/write/write-deconvolution.js";

const SPOTS = 12;

/** Spots in 3 rows of 4, those after the first 6 in a second section where there are sections. */
function positions(sections?: "beside" | "over"): Coordinates {
  const values = new Float64Array(2 * SPOTS);
  const components = new Int32Array(SPOTS);
  for (let spot = 0; spot < SPOTS; spot++) {
    const isSecond = sections !== undefined && spot >= 6;
    values[2 * spot] = isSecond ? (sections === "beside" ? 100 : 0) + (spot % 2) : spot % 4;
    values[2 * spot + 1] = isSecond ? Math.floor((spot - 6) / 2) : Math.floor(spot / 4);
    components[spot] = isSecond ? 1 : 0;
  }
  return { dimension: 2, values, ...(sections && { components }) };
}

interface Written {
  readonly typeCount?: number;
  readonly coordinates?: Coordinates;
  readonly layout?: ResultLayout;
}

async function write(store: StagedStore, { typeCount = 3, coordinates, layout }: Written): Promise<void> {
  const typeNames = Array.from({ length: typeCount }, (_, k) => `t${k}`);
  const values = new Float32Array(SPOTS * typeCount);
  const dominant = new Float64Array(SPOTS);
  for (let spot = 0; spot < SPOTS; spot++) {
    dominant[spot] = spot === 5 ? -1 : spot % typeCount;
    if (spot === 5) values.fill(Number.NaN, spot * typeCount, (spot + 1) * typeCount);
    else values[spot * typeCount + dominant[spot]] = 1;
  }
  const source = (numbers: Float32Array | Float64Array, width: number) =>
    memorySource({ kind: "dense", spotStart: 0, spotCount: SPOTS, width, values: numbers } as const);
  const tables: AnswerTable[] = [
    { name: "proportions", dtype: "float32", columns: "types", values: source(values, typeCount) },
    {
      ...{ name: "dominant", dtype: "category", columns: ["dominant"], categories: typeNames },
      values: source(dominant, 1),
    },
    {
      ...{ name: "status", dtype: "category", columns: ["status"], categories: ["ok"] },
      values: source(new Float64Array(SPOTS), 1),
    },
    ...["counts", "entropy"].map((name) => ({
      ...({ name, dtype: "float64", columns: [name] } as const),
      values: source(new Float64Array(SPOTS), 1),
    })),
  ];
  const spotNames = Array.from({ length: SPOTS }, (_, spot) => `s${spot}`);
  const description = { spotCount: SPOTS, typeNames, spotNames, coordinates, signature: {}, notices: [] };
  await annDataSink(store, { kind: "store" }, layout).write(tables, { ...description, parameters: {} });
}

async function mapsOf(written: Written): Promise<UnsObject | undefined> {
  const store = memoryStore();
  await write(store, written);
  const { uns = {} } = await readResultContents(store, { key: "flashdeconv" });
  const record = (uns.flashdeconv_params as UnsObject).elements_written as string[];
  const maps = uns.flashdeconv_maps as UnsObject | undefined;
  expect(record.includes("uns/flashdeconv_maps")).toBe(maps !== undefined);
  return maps;
}

async function bytesOf(grid: unknown): Promise<number[][]> {
  const { shape, strips } = grid as ByteGrid;
  const planes: number[][] = Array.from({ length: shape[0] }, () => []);
  for await (const { plane, bytes } of strips()) planes[plane].push(...bytes);
  return planes;
}

describe("maps of a result", () => {
  it("are in its uns, on the rows and columns of its bins", async () => {
    const maps = await mapsOf({ coordinates: positions() });
    const { level_0, ...frame } = maps as UnsObject;
    expect(frame).toEqual({
      version: 1n,
      matrix: Float64Array.of(1, 0, 0, 0, 1, 0),
      shift: 0,
      is_lattice: true,
    });
    expect((level_0 as ByteGrid).shape).toEqual([4, 3, 4]);
    const of = (spot: number, k: number) => (spot === 5 ? 255 : spot % 3 === k ? 254 : 1);
    const spots = Array.from({ length: SPOTS }, (_, spot) => spot);
    expect(await bytesOf(level_0)).toEqual([
      ...[0, 1, 2].map((k) => spots.map((spot) => of(spot, k))),
      spots.map((spot) => (spot === 5 ? 255 : 1 + (spot % 3))),
    ]);
  });

  it("are there for as many types as a byte tells apart", async () => {
    expect(await mapsOf({ coordinates: positions(), typeCount: 253 })).toBeDefined();
    expect(await mapsOf({ coordinates: positions(), typeCount: 254 })).toBeUndefined();
  });

  it("are left out without coordinates, where that is asked for, and where sections lie over each other", async () => {
    expect(await mapsOf({})).toBeUndefined();
    expect(await mapsOf({ coordinates: positions(), layout: { maps: false } })).toBeUndefined();
    expect(await mapsOf({ coordinates: positions("over") })).toBeUndefined();
    expect(await mapsOf({ coordinates: positions("beside") })).toBeDefined();
  });
});
