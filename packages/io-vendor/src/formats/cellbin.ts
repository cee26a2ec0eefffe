import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { openArrays } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { describeGenes } from "../ingest/gene-list.js";
import type { AnnDataParts, Column } from "../overlay/anndata-tree.js";
import { lengthOf, readGeneTable } from "./gef-genes.js";

const CELLS = "cellBin/cell";
/** Genes and counts of the cells, one cell after the other. */
export const CELL_COUNTS = "cellBin/cellExp";
/** Columns of the cells, as the file calls them. */
const COLUMNS = ["geneCount", "expCount", "dnbCount", "area", "cellTypeID", "clusterID"];
const MOST_ENTRIES = 2 ** 31 - 1;

/**
 * The parts of a GEF file of cells. Counts lie cell by cell: cells x genes by row.
 *
 * @throws FormatError where they are not as Stereo-seq's software writes them
 */
export async function cellbinParts(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<AnnDataParts & { readonly spotCount: number }> {
  const spotCount = await lengthOf(store, `${CELLS}/x`, signal);
  const entryCount = await lengthOf(store, `${CELL_COUNTS}/geneID`, signal);
  if (spotCount === undefined || entryCount === undefined || entryCount > MOST_ENTRIES) {
    throw broken(
      spotCount === undefined ? CELLS : CELL_COUNTS,
      entryCount === undefined || spotCount === undefined ? "no records" : numbered(entryCount, "count"),
    );
  }
  const { names, ids } = await readGeneTable(store, "cellBin/gene", ["geneName", "gene"], signal);
  const { geneNames } = describeGenes({ names, ids });
  const texts = (list: readonly string[]): Column => ({
    make: async () => ({ shape: [list.length], names: list }),
  });
  const members = new Set(await store.list?.(`/${CELLS}`, { signal }));
  const at = (path: string): Column => ({ of: store, path });
  const numbers = async (name: string, sink?: AbortSignal) => {
    const arrays = await openArrays(store, { signal: sink });
    const make = (length: number) => new Float64Array(length);
    return arrays.readNumbers(`${CELLS}/${name}`, spotCount, make, { signal: sink });
  };
  const resolution = (await openArrays(store, { signal })).attributes.resolution;
  const pitch = Number(Array.isArray(resolution) ? resolution[0] : resolution);
  return {
    spotCount,
    matrix: {
      encoding: "csr_matrix",
      shape: [spotCount, geneNames.length],
      data: at(`${CELL_COUNTS}/count`),
      indices: at(`${CELL_COUNTS}/geneID`),
      indptr: {
        make: async () => ({
          shape: [spotCount + 1],
          values: rowStarts(await numbers("offset"), await numbers("geneCount"), entryCount),
        }),
      },
    },
    spotNames: {
      make: async () => ({ shape: [spotCount], names: Array.from(await numbers("id"), String) }),
    },
    geneNames: texts(geneNames),
    var: ids && { gene_ids: texts(ids) },
    obs: Object.fromEntries(
      COLUMNS.filter((name) => members.has(name)).map((name) => [name, at(`${CELLS}/${name}`)]),
    ),
    coordinates: {
      make: async () => {
        const [x, y] = [await numbers("x"), await numbers("y")];
        const values = new Float64Array(2 * spotCount);
        for (let cell = 0; cell < spotCount; cell++) values.set([x[cell], y[cell]], 2 * cell);
        return { shape: [spotCount, 2], values };
      },
    },
    ...(pitch > 0 && { scale: { library: "section", factors: { microns_per_pixel: pitch / 1000 } } }),
  };
}

/** Where the counts of each cell begin. Throws FormatError where they do not follow each other. */
function rowStarts(offsets: Float64Array, counts: Float64Array, entryCount: number): Int32Array {
  const starts = new Int32Array(offsets.length + 1);
  for (let cell = 0; cell < offsets.length; cell++) {
    if (offsets[cell] !== starts[cell]) {
      throw broken(CELLS, `counts of cell ${cell} from ${offsets[cell]} on, not from ${starts[cell]}`);
    }
    starts[cell + 1] = offsets[cell] + counts[cell];
  }
  const end = starts[offsets.length];
  if (end !== entryCount) throw broken(CELLS, `cells of ${numbered(end, "count")} for ${entryCount}`);
  return starts;
}

function broken(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "cells and their counts one after the other, as SAW and geftools write them",
    remedy: "Copy the GEF file again from the output of the run.",
  });
}
