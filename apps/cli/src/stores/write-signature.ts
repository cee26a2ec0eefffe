import { type CsrChunk, memorySource } from "@flashdeconv/core";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { CELLS_COLUMN, SIGNATURE, SIGNATURE_STAMP, WRITTEN_AS } from "@flashdeconv/io-zarr/internal";
import { csvCell } from "@flashdeconv/results/internal";
import type { StagedStore } from "@flashdeconv/stores";
import type { StagedFile } from "@flashdeconv/stores/node/internal";
import type { JoinedSignature } from "./join-donors.js";

/** A column of a table of means that is no gene. */
const DISPERSION_COLUMN = "flashdeconv_dispersion";

/** Writes means as CSV, a row per type: numbers with as many digits as say which they are. */
export async function writeSignatureCsv(file: StagedFile, joined: JoinedSignature): Promise<void> {
  const { signature, cellCounts, dispersions } = joined;
  const { typeNames, geneNames, values } = signature;
  const line = (cells: readonly string[]) => file.append(Buffer.from(`${cells.join(",")}\n`));
  try {
    await line([SIGNATURE_STAMP, CELLS_COLUMN, DISPERSION_COLUMN, ...geneNames.map(csvCell)]);
    for (const [k, name] of typeNames.entries()) {
      const means = values.subarray(k * geneNames.length, (k + 1) * geneNames.length);
      const dispersion = Number.isNaN(dispersions[k]) ? "" : String(dispersions[k]);
      await line([csvCell(name), String(cellCounts[k]), dispersion, ...Array.from(means, String)]);
    }
    await file.commit();
  } finally {
    // After a commit this does nothing.
    await file.discard();
  }
}

/** Writes means as an AnnData store, in which a type is what a cell is elsewhere. */
export async function writeSignatureStore(
  target: StagedStore,
  { signature, cellCounts, dispersions }: JoinedSignature,
  options: { readonly zarrFormat?: 2 | 3; readonly signal: AbortSignal },
): Promise<void> {
  const { typeNames, geneNames } = signature;
  await writeAnnData(
    target,
    {
      attributes: { [WRITTEN_AS]: SIGNATURE },
      spotCount: typeNames.length,
      spotNames: typeNames,
      geneNames,
      X: memorySource(sparse(signature)),
      obs: [
        {
          kind: "categorical",
          name: "cell_type",
          codes: Int32Array.from(typeNames, (_, k) => k),
          categories: typeNames,
        },
        { kind: "number", name: "cell_count", values: cellCounts },
        { kind: "number", name: "dispersion", values: dispersions },
      ],
    },
    options,
  );
}

function sparse({ typeNames, geneNames, values }: JoinedSignature["signature"]): CsrChunk {
  const width = geneNames.length;
  const [indptr, indices, kept] = [new Int32Array(typeNames.length + 1), [] as number[], [] as number[]];
  for (const [i, value] of values.entries()) {
    if (value === 0) continue;
    indices.push(i % width);
    kept.push(value);
    indptr[Math.floor(i / width) + 1]++;
  }
  for (let k = 0; k < typeNames.length; k++) indptr[k + 1] += indptr[k];
  return {
    kind: "csr",
    spotStart: 0,
    spotCount: typeNames.length,
    width,
    indptr,
    indices: Int32Array.from(indices),
    values: Float64Array.from(kept),
  };
}
