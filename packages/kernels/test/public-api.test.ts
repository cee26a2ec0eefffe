import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these names and no other", () => {
  expect(Object.keys(api).sort()).toEqual([
    "KERNEL_CHOICES",
    "chooseKernel",
    "countScanKernel",
    "createArena",
    "geneMomentsKernel",
    "openArena",
    "relativeSweepKernel",
    "rowStatisticsKernel",
    "spotSweepKernel",
  ]);
});
