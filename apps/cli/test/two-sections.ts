import { type ChunkSource, type CsrChunk, collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { type AnnDataContents, type Column, type UnsObject, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";
import { concatChunks, sliceChunk } from "../../../packages/core/src/slice-chunk.js";

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
  /** Writes the spots of one section only. */
  readonly only?: 0 | 1;
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
  const { place = "over", obs, uns, only, hasCoordinates = true } = options;
  const coordinates: DenseChunk = await collect(TISSUE.coordinates);
  const values = Float64Array.from(coordinates.values);
  const middle = middleOf(values);
  for (let at = 1; at < values.length; at += 2) {
    if (place === "alike") values[at] = values[at - 1] = 0;
    else if (values[at] >= middle) values[at] += place === "over" ? -middle : 1e6;
  }
  const codes = await sectionCodes();
  const spots = [...codes.keys()].filter((spot) => only === undefined || codes[spot] === only);
  const rowsOf = async <C extends CsrChunk | DenseChunk>(source: ChunkSource<C>) => {
    const whole = await collect(source);
    const rows = spots.map((spot, row) => ({ ...sliceChunk(whole, spot, spot + 1), spotStart: row }));
    return memorySource<C>(concatChunks(rows), { spotsPerChunk: 64 });
  };
  const contents: AnnDataContents = {
    spotCount: spots.length,
    spotNames: spots.map((spot) => `spot_${spot}`),
    geneNames: TISSUE.geneNames,
    X: await rowsOf(TISSUE.counts),
    obs,
    uns,
    obsm: {
      ...(hasCoordinates && { spatial: { values: await rowsOf(memorySource({ ...coordinates, values })) } }),
      truth: { values: await rowsOf(TISSUE.truth), columnNames: TISSUE.typeNames },
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
