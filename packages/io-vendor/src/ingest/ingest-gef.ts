import { type Hdf5Store, hdf5Store } from "@flashdeconv/io-h5";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { openArrays } from "@flashdeconv/io-zarr/internal";
import type { OpenFile } from "@flashdeconv/stores";
import { readGeneTable } from "../formats/gef-genes.js";
import type { IngestOptions } from "./ingest-mex.js";
import { broken, type GefBins, readGef } from "./read-gef.js";
import { ingestStereo } from "./stereo-bins.js";

/**
 * Bins of a Stereo-seq section from its GEF file, which is closed once its records are put aside.
 *
 * @throws FormatError where the file is damaged or of another kind, or holds nothing
 */
export async function ingestGef(
  file: OpenFile,
  bins: GefBins,
  options: IngestOptions,
): Promise<AnnDataContents> {
  try {
    const { name, mostBytes } = file;
    return await ingestStore(await hdf5Store(file, { name, mostBytes }), bins, options);
  } finally {
    await file.close();
  }
}

async function ingestStore(
  store: Hdf5Store,
  bins: GefBins,
  options: IngestOptions,
): Promise<AnnDataContents> {
  const { signal } = options;
  const place = `geneExp/bin${bins.stored}/gene`;
  const { length, ...genes } = await readGeneTable(store, place, ["geneName", "gene"], signal);
  const arrays = await openArrays(store, { signal });
  const make = (count: number) => new Float64Array(count);
  const numbers = (name: string) => arrays.readNumbers(`${place}/${name}`, length, make, { signal });
  const [offsets, ends] = await Promise.all([numbers("offset"), numbers("count")]);
  let end = 0;
  for (let gene = 0; gene < length; gene++) {
    // Offsets have 32 bits.
    if (offsets[gene] !== end % 2 ** 32 || !(ends[gene] >= 0)) {
      throw broken(bins.path, `records of gene ${gene} from ${offsets[gene]} on, not from ${end}`);
    }
    end += ends[gene];
    ends[gene] = end;
  }
  const batches = readGef(store, bins, ends, signal);
  return ingestStereo({ path: bins.path, edge: bins.edge, batches, genes: () => genes }, options);
}
