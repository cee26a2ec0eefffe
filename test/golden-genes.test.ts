import { collect, type ReferenceSignature } from "@flashdeconv/core";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import {
  addCountCheck,
  buildCountCheck,
  buildNormalization,
  describeCounts,
  finishCountCheck,
  normalized,
  normalizeSignature,
  resolveNormalizationOptions,
} from "@flashdeconv/normalize";
import {
  addCells,
  addMoments,
  alignGenes,
  buildMoments,
  buildSignatureSums,
  finishMoments,
  finishSignature,
  geneSubset,
  selectGenes,
  signatureSubset,
} from "@flashdeconv/select-genes";
import { beforeAll, describe, expect, it } from "vitest";
import { denseRows } from "./csr-arbitrary.js";
import { goldenArray, goldenFacts, goldenPath } from "./golden-data.js";
import { readNpy } from "./read-npy.js";
import { sharedData } from "./shared-data.js";

const SKETCH_DIMENSION = 128;
const publishedSpots = sharedData("golden/expected/Y_sketch_log_cpm.npy");

describe("golden section, from names and counts to normalised genes", () => {
  let golden: Awaited<ReturnType<typeof prepare>>;
  beforeAll(async () => {
    golden = await prepare();
  });

  it("shares the published genes", () => {
    expect(golden.alignment.geneNames).toEqual(goldenFacts().genes);
    expect(golden.alignment.notices).toEqual([]);
  });

  it("has the published signature", () => {
    expect(golden.signature.typeNames).toEqual(goldenFacts().types);
    expect(golden.cellCounts.reduce((sum, count) => sum + count)).toBe(560);
    expect(largestRelativeError(golden.signature.values, goldenArray("signature").values)).toBeLessThan(
      1e-14,
    );
  });

  it("selects exactly the published genes", () => {
    const { highlyVariable, markers, genes } = golden.selection;
    expect(highlyVariable).toEqual(goldenArray("hvg_idx").values);
    expect(markers).toEqual(goldenArray("marker_idx").values);
    expect(genes).toEqual(goldenArray("gene_idx").values);
  });

  it("scores the published leverage, the least of 4e-9 included", () => {
    const { leverage } = golden.selection;
    expect(largestRelativeError(leverage, goldenArray("leverage").values)).toBeLessThan(1e-9);
  });

  it.each(["log-cpm", "pearson", "raw"] as const)(
    "normalises the signature as published: %s",
    (preprocess) => {
      const { moments, selection, signature } = golden;
      const means = Float64Array.from(selection.genes, (gene) => moments.rawTotal[gene] / moments.spotCount);
      const normalization = buildNormalization(resolveNormalizationOptions({ preprocess }), means);
      const selected: ReferenceSignature = signatureSubset(signature, selection.genes);
      const found = publishedSketch(normalizeSignature(selected, normalization), selection.genes.length);
      const wanted = goldenArray(`X_sketch_${preprocess.replace("-", "_")}`).values;
      expect(errorOfScale(found, wanted)).toBeLessThan(1e-12);
    },
  );

  it.skipIf(!publishedSpots)("normalises the spots as published (needs ../shared/data)", async () => {
    const { spatial, alignment, selection } = golden;
    const columns = Int32Array.from(selection.genes, (gene) => alignment.spatialIndex[gene]);
    const logCpm = buildNormalization(resolveNormalizationOptions());
    const rows = await collect(normalized(geneSubset(spatial.counts, columns), logCpm));
    const found = publishedSketch(denseRows(rows).flat(), columns.length);
    expect(errorOfScale(found, readNpy(publishedSpots!).values)).toBeLessThan(1e-12);
  });

  it("takes the counts for counts and finds the two empty spots", () => {
    expect(describeCounts(golden.countReport)).toBe("counts");
    expect(golden.countReport.spotCount).toBe(900);
    expect(golden.countReport.emptySpotCount).toBe(2);
  });
});

async function prepare() {
  const spatial = await openSpatial(await openStore(goldenPath("spatial.zarr")));
  const reference = await openReference(await openStore(goldenPath("reference.zarr")));
  const alignment = alignGenes(spatial.geneNames, reference.geneNames);
  const geneCount = alignment.geneNames.length;

  const { names, codes } = reference.cellTypes;
  const sums = buildSignatureSums(names.length, geneCount);
  for await (const chunk of geneSubset(reference.counts, alignment.referenceIndex).chunks()) {
    addCells(sums, chunk, codes);
  }
  const { signature, cellCounts } = finishSignature(sums, names, alignment.geneNames);

  const check = buildCountCheck();
  for await (const chunk of spatial.counts.chunks()) addCountCheck(check, chunk);
  const sharedMoments = buildMoments(geneCount);
  for await (const chunk of geneSubset(spatial.counts, alignment.spatialIndex).chunks()) {
    addMoments(sharedMoments, chunk);
  }
  const moments = finishMoments(sharedMoments);
  const selection = selectGenes(moments, signature, { highlyVariableCount: 400, markersPerType: 20 });
  return {
    spatial,
    alignment,
    signature,
    cellCounts,
    moments,
    selection,
    countReport: finishCountCheck(check),
  };
}

/** Rows (geneCount numbers each) times the published sketch: one bucket and one value per selected gene. */
function publishedSketch(rows: ArrayLike<number>, geneCount: number): Float64Array {
  const buckets = goldenArray("omega_bucket").values;
  const weights = goldenArray("omega_value").values;
  const sketched = new Float64Array((rows.length / geneCount) * SKETCH_DIMENSION);
  for (let i = 0; i < rows.length; i++) {
    const gene = i % geneCount;
    sketched[Math.floor(i / geneCount) * SKETCH_DIMENSION + buckets[gene]] += rows[i] * weights[gene];
  }
  return sketched;
}

function largestRelativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  return Math.max(
    ...Array.from(wanted, (value, i) => (found[i] === value ? 0 : Math.abs(found[i] / value - 1))),
  );
}

/** The largest difference, in units of the largest number: sketched sums may cancel. */
function errorOfScale(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(found[i] - wanted[i]));
    scale = Math.max(scale, Math.abs(wanted[i]));
  }
  return difference / scale;
}
