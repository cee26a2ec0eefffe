import { collect, OptionError } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SectionSummary } from "../src/contracts/summary.js";
import { type Deconvolution, type DeconvolveOptions, deconvolve, solveSummary } from "../src/index.js";

const tissue = simulateTissue({ spotCount: 3000, geneCount: 90, typeCount: 5, depth: 60, cellsPerType: 12 });
const section = {
  counts: tissue.counts,
  geneNames: tissue.geneNames,
  readCoordinates: async () => ({
    dimension: 2 as const,
    values: Float64Array.from((await collect(tissue.coordinates)).values),
  }),
};

async function run(options: Partial<DeconvolveOptions>, onSummary?: (summary: SectionSummary) => void) {
  return withValues(await deconvolve(section, tissue.reference, options, { onSummary }));
}

async function withValues(result: Deconvolution) {
  const { values } = await collect(result.proportions);
  const { parameters, totals, dominant, statuses } = result;
  return { values, parameters, totals, dominant, statuses };
}

afterEach(() => vi.unstubAllGlobals());

describe("kernels", () => {
  it.each<Partial<DeconvolveOptions>>([
    {},
    { precision: "float64" },
    { method: "flashdeconv", solverOptions: { lambda: 0 } },
    { method: "flashdeconv", solverOptions: { lambda: 3000 } },
    { method: "flashdeconv", sketchDimension: "none", preprocess: "raw" },
  ])("give the bits of their twins, and leave no trace: %o", async (options) => {
    const twin = await run({ ...options, kernels: "typescript" });
    expect(await run({ ...options, kernels: "wasm" })).toEqual(twin);
    expect(await run(options)).toEqual(twin);
  });

  it("do so when a summary is solved again, by either, from what either left", async () => {
    const summaries: SectionSummary[] = [];
    for (const kernels of ["typescript", "wasm"] as const) {
      await run({ kernels, method: "flashdeconv" }, (summary) => summaries.push(summary));
    }
    const input = { solverOptions: { lambda: 40 } };
    const [first, ...others] = await Promise.all(
      summaries.flatMap((summary) =>
        (["typescript", "wasm"] as const).map(async (kernels) =>
          withValues(await solveSummary(summary, { ...input, kernels })),
        ),
      ),
    );
    for (const other of others) expect(other).toEqual(first);
  });

  it("leave results in ordinary memory where there are no threads", async () => {
    const { values } = await run({ kernels: "wasm" });
    expect(values.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("run in memory of their own where none can be shared, as in most web pages", async () => {
    const runs = [{}, { method: "flashdeconv" }, { method: "poisson" }, { precision: "float64" }] as const;
    const twins = [];
    for (const options of runs) twins.push(await run({ ...options, kernels: "typescript" }));
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const { Memory } = WebAssembly;
    vi.stubGlobal("WebAssembly", {
      ...WebAssembly,
      Module: WebAssembly.Module,
      Instance: WebAssembly.Instance,
      Memory: class {
        constructor(descriptor: WebAssembly.MemoryDescriptor) {
          if (descriptor.shared) throw new TypeError("no shared memory");
          // biome-ignore lint/correctness/noConstructorReturn: stands in for the real one
          return new Memory(descriptor);
        }
      },
    });
    for (const [i, options] of runs.entries()) {
      const found = await run({ ...options, kernels: "wasm" });
      expect(found).toEqual(twins[i]);
      expect(structuredClone(found.values, { transfer: [found.values.buffer] })).toEqual(twins[i].values);
    }
  });

  it("are done without where there is no WebAssembly, unless asked for by name", async () => {
    const twin = await run({ kernels: "typescript" });
    vi.stubGlobal("WebAssembly", undefined);
    expect(await run({})).toEqual(twin);
    await expect(run({ kernels: "wasm" })).rejects.toThrow(OptionError);
  });

  it("are one of three forms", async () => {
    await expect(run({ kernels: "fast" as "auto" })).rejects.toThrow(
      /kernels.*"auto", "wasm", "typescript"/s,
    );
  });
});
