import { tmpdir } from "node:os";
import { collect } from "@flashdeconv/core";
import { nnls, type Solver } from "@flashdeconv/solver";
import { describe, expect, it } from "vitest";
import { type DeconvolveOptions, deconvolve, type SectionSummary, solveSummary } from "../src/index.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { smallSection } from "./small-section.js";

const { spatial, reference } = await smallSection({ depth: 2000 });

/** Means of the section's types, and of one that is the second of them but for a few per cent of each gene. */
async function withNearTwin() {
  const { geneNames, cellTypes } = reference;
  const cells = await collect(reference.counts);
  const means = cellTypes.names.map(() => new Array<number>(geneNames.length).fill(0));
  for (let cell = 0; cell < cells.spotCount; cell++) {
    for (let i = cells.indptr[cell]; i < cells.indptr[cell + 1]; i++)
      means[cellTypes.codes[cell]][cells.indices[i]] += cells.values[i];
  }
  const twin = means[1].map((value, g) => value * (1 + (g % 2 === 0 ? 0.015 : -0.015)));
  const typeNames = [...cellTypes.names, "near"];
  return { typeNames, geneNames, values: Float64Array.from([...means, twin].flat()) };
}

const signature = await withNearTwin();

describe.each<[string, Partial<DeconvolveOptions>]>([
  ["nnls", { solver: nnls }],
  ["flashdeconv", { method: "flashdeconv", sketchDimension: "none", solverOptions: { lambda: 0 } }],
])("near twins where nothing is smoothed: %s", (_, options) => {
  it("are solved in double, in memory and on scratch, and told as converged for that", async () => {
    const exact = await deconvolve(spatial, signature, { ...options, precision: "float64" });
    const wanted = (await collect(exact.proportions)).values;
    expect(exact.notices.map(({ code }) => code)).not.toContain("went-on-in-double");
    const scratch = await openScratchFolder(tmpdir());
    for (const use of [undefined, { scratch, windowBytes: 2 ** 24 }]) {
      const result = await deconvolve(spatial, signature, options, { scratch: use });
      const { converged, tolerance, proportion_error_estimate: error } = result.parameters;
      expect(converged).toBe(true);
      expect(error).toBeLessThan(tolerance as number);
      expect(result.notices.find(({ code }) => code === "went-on-in-double")?.message).toMatch(
        /move proportions by 0\.\d+, more than \{ tolerance: 0\.001 \}/,
      );
      const { values } = await collect(result.proportions);
      expect(values.findIndex((value, i) => !(Math.abs(value - wanted[i]) < 1e-6))).toBe(-1);
    }
    await scratch.remove();
  });

  it("are not where types are apart", async () => {
    const { parameters, notices } = await deconvolve(spatial, reference, options);
    expect([parameters.converged, parameters.precision]).toEqual([true, "float32"]);
    expect(notices.map(({ code }) => code)).not.toContain("went-on-in-double");
  });
});

it("statistics that were kept in single are not called converged where their rounding is above the tolerance", async () => {
  const summaries: SectionSummary[] = [];
  const smoothed = { method: "flashdeconv", sketchDimension: "none" } as const;
  await deconvolve(spatial, signature, smoothed, { onSummary: (kept) => void summaries.push(kept) });
  for (const precision of ["float32", "float64"] as const) {
    const again = await solveSummary(summaries[0], { solver: nnls as Solver, precision });
    expect(again.parameters.converged).toBe(false);
    expect(again.notices.find(({ code }) => code === "not-converged")?.message).toMatch(/wrong by about 0\./);
  }
});
