import { fileURLToPath } from "node:url";
import type { NeighborGraph } from "@flashdeconv/core";
import { expect, it } from "vitest";
import { readNpy } from "../../../test/read-npy.js";
import { buildNeighborGraph, type GraphOptions } from "../src/index.js";

const golden = (name: string) =>
  readNpy(fileURLToPath(new URL(`./fixtures/golden/${name}.npy`, import.meta.url))).values;

const cases: [string, Partial<GraphOptions>][] = [
  ["knn6", { kind: "knn", neighborCount: 6 }],
  ["radius140", { kind: "radius", radius: 140 }],
  ["grid", { kind: "grid" }],
];

it.each(cases)("%s is the adjacency of the published package", (name, options) => {
  const coordinates = { dimension: 2 as const, values: Float64Array.from(golden("coordinates")) };
  const expected: NeighborGraph = {
    spotCount: 900,
    indptr: Int32Array.from(golden(`${name}_indptr`)),
    indices: Int32Array.from(golden(`${name}_indices`)),
  };
  expect(buildNeighborGraph(coordinates, options)).toEqual(expected);
});
