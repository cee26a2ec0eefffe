import { describe, expect, it } from "vitest";
import { mayBeStrong } from "../src/resources/memory-facts.js";

describe("coarse pictures of the section are planned for", () => {
  it.each([
    [true, { input: "statistics", lambda: 2000 }],
    [true, { input: "statistics", platform: "visium" }],
    [true, { input: "statistics", smoothing: 2000 }],
    [true, { input: "weighted-counts", smoothing: "auto" }],
    [true, { input: "weighted-counts" }],
    [true, { input: "counts", smoothing: "auto" }],
    [false, { input: "statistics" }],
    [false, { input: "statistics", smoothing: "auto" }],
    [false, { input: "statistics", lambda: 0 }],
    [false, { input: "weighted-counts", smoothing: "none" }],
    [false, { input: "counts", smoothing: 0 }],
  ] as const)("%o for %o", (wanted, facts) => {
    expect(mayBeStrong(facts)).toBe(wanted);
  });
});
