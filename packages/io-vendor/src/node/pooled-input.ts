import { join } from "node:path";
import { type AnnDataContents, openSpatial, readColumn } from "@flashdeconv/io-zarr";
import { openLocation, type StoreAccess } from "@flashdeconv/stores";
import type { IngestOptions, MexContents } from "../ingest/ingest-mex.js";
import { besideSpool } from "../ingest/spool.js";
import { type PoolRequest, poolSection } from "../pool/pool-section.js";
import { packedNames } from "../positions/add-positions.js";
import type { VendorLocation } from "./vendor-opener.js";

/** Larger bins from the HDF5 file of smaller ones. */
export async function poolFile(
  folder: string,
  request: PoolRequest,
  access: StoreAccess,
  options: IngestOptions,
): Promise<AnnDataContents> {
  const location: VendorLocation = { opener: "vendor", matrix: join(folder, request.matrix) };
  const store = await openLocation(location, access);
  const { signal, onNotice } = options;
  try {
    const section = await openSpatial(store, { signal, onNotice });
    const { spotCount, geneNames, geneRows, counts, matrix } = section;
    const ids = await readColumn(store, "var/gene_ids", { signal });
    const texts = ids.kind === "string" ? ids.values : [];
    const values = (geneRows ? Array.from(geneRows, (row) => texts[row]) : texts).map((id) => id ?? "");
    return await poolSection(
      {
        spotCount,
        geneNames,
        var: ids.kind === "string" ? [{ name: "gene_ids", kind: "string", values }] : [],
        counts,
        entryCount: matrix.nonZeroCount ?? 0,
        names: () => section.spotNames({ signal }),
      },
      request,
      options,
    );
  } finally {
    await store.close();
  }
}

/** Larger bins from smaller ones in Market Exchange, which are put in order first. */
export async function poolMex(
  ingest: (options: IngestOptions) => Promise<MexContents>,
  request: PoolRequest,
  options: IngestOptions,
): Promise<AnnDataContents> {
  const { spotCount, spotNames, geneNames, X, entryCount, ...stored } = await ingest({
    ...options,
    spool: besideSpool(options.spool),
  });
  return poolSection(
    { spotCount, geneNames, var: stored.var, counts: X, entryCount, names: () => packedNames(spotNames) },
    request,
    options,
  );
}
