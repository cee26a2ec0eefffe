import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readNpy } from "../../../test/read-npy.js";
import { buildSketch, sketchSignature } from "../src/index.js";
import { relativeError } from "./random-csr.js";

const golden = (name: string) =>
  readNpy(fileURLToPath(new URL(`./fixtures/golden/${name}.npy`, import.meta.url)));

describe("the sketch of the published package", () => {
  const leverage = Float64Array.from(golden("leverage").values);
  const sketch = buildSketch(leverage, { dimension: 128, seed: 0 });

  it("has the same buckets", () => {
    expect(Array.from(sketch.bucket)).toEqual(Array.from(golden("omega_bucket").values));
  });

  it("has the same amplitudes to 1e-15 of each", () => {
    const expected = golden("omega_value").values;
    expect(sketch.value).toHaveLength(expected.length);
    const worst = Math.max(...expected.map((value, gene) => Math.abs(sketch.value[gene] / value - 1)));
    expect(worst).toBeLessThan(1e-15);
  });

  it("maps the log-cpm signature to the same rows", () => {
    const { shape, values } = golden("signature");
    const [typeCount, allGenes] = shape;
    const genes = golden("gene_idx").values;
    const normalised = new Float64Array(typeCount * genes.length);
    for (let type = 0; type < typeCount; type++) {
      const counts = Float64Array.from(genes, (gene) => values[type * allGenes + gene]);
      const librarySize = counts.reduce((sum, count) => sum + count, 0);
      counts.forEach((count, i) => {
        normalised[type * genes.length + i] = Math.log1p((1e4 * count) / librarySize);
      });
    }
    const rows = sketchSignature(normalised, typeCount, sketch);
    expect(relativeError(rows, golden("X_sketch_log_cpm").values)).toBeLessThan(1e-12);
  });
});
