import { type CsrChunk, collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { type AnnDataContents, type Column, type UnsObject, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";

const TISSUE = simulateTissue({
  spotCount: 500,
  geneCount: 150,
  typeCount: 4,
  depth: 60,
  cellsPerType: 30,
  seed: 5,
});

export interface TwoSections {
  /** Laid over each other, the second beside the first, or all spots at one place. */
  readonly place?: "over" | "apart" | "alike";
  readonly obs?: readonly Column[];
  readonly uns?: UnsObject;
  /** Leaves obsm/spatial out. */
  readonly hasCoordinates?: boolean;
}

/** Which section each spot belongs to: 0 for the lower half of the tissue, 1 for the upper. */
export async function sectionCodes(): Promise<Int32Array> {
  const { values } = await collect(TISSUE.coordinates);
  const middle = middleOf(values);
  return Int32Array.from({ length: TISSUE.spotCount }, (_, spot) => (values[2 * spot + 1] < middle ? 0 : 1));
}

/** A tissue cut in two halves that come in one table, as sections do that were put together. */
export async function writeTwoSections(path: string, options: TwoSections = {}): Promise<string> {
  const { place = "over", obs, uns, hasCoordinates = true } = options;
  const coordinates: DenseChunk = await collect(TISSUE.coordinates);
  const values = Float64Array.from(coordinates.values);
  const middle = middleOf(values);
  for (let at = 1; at < values.length; at += 2) {
    if (place === "alike") values[at] = values[at - 1] = 0;
    else if (values[at] >= middle) values[at] += place === "over" ? -middle : 1e6;
  }
  const spatial = memorySource({ ...coordinates, values });
  const contents: AnnDataContents = {
    spotCount: TISSUE.spotCount,
    spotNames: Array.from({ length: TISSUE.spotCount }, (_, spot) => `spot_${spot}`),
    geneNames: TISSUE.geneNames,
    X: memorySource<CsrChunk>(await collect(TISSUE.counts), { spotsPerChunk: 64 }),
    obs,
    uns,
    obsm: {
      ...(hasCoordinates && { spatial: { values: spatial } }),
      truth: { values: TISSUE.truth, columnNames: TISSUE.typeNames },
    },
  };
  await writeAnnData(await createStore(path), contents);
  return path;
}

export async function writeTheirCells(path: string): Promise<string> {
  const { cellCount, cellNames, geneNames, counts, cellTypes } = TISSUE.reference;
  await writeAnnData(await createStore(path), {
    spotCount: cellCount,
    spotNames: cellNames,
    geneNames,
    X: memorySource<CsrChunk>(await collect(counts)),
    obs: [{ kind: "categorical", name: "cell_type", codes: cellTypes.codes, categories: cellTypes.names }],
  });
  return path;
}

function middleOf(values: ArrayLike<number>): number {
  const heights = Array.from({ length: values.length / 2 }, (_, spot) => values[2 * spot + 1]).sort(
    (a, b) => a - b,
  );
  return heights[heights.length >> 1];
}
