import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these names and no other", () => {
  expect(Object.keys(api).sort()).toEqual([
    "GRAPH_OPTIONS",
    "buildGridGraph",
    "buildKnnGraph",
    "buildNeighborGraph",
    "buildNeighborSearch",
    "buildRadiusGraph",
    "graphByComponent",
    "joinNeighbors",
    "meanDegree",
    "resolveGraphOptions",
    "searchByTree",
    "searchRange",
    "spatialOrder",
  ]);
});
