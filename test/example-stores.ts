import { copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";

/**
 * The stores that the documents' examples find in their folder: `section.zarr` with 200 spots and coordinates, and
 * `cells.zarr` with 120 labelled cells of four types; and `section.h5ad` with 30 spots.
 */
export async function writeExampleStores(folder: string): Promise<void> {
  const h5ad = new URL("../packages/io-h5/test/fixtures/section.h5ad", import.meta.url);
  await copyFile(fileURLToPath(h5ad), `${folder}/section.h5ad`);
  const tissue = simulateTissue({ spotCount: 200, geneCount: 150, typeCount: 4, cellsPerType: 30, seed: 1 });
  const { reference, geneNames, counts, coordinates } = tissue;
  await writeAnnData(await createStore(`${folder}/section.zarr`), {
    spotCount: tissue.spotCount,
    spotNames: tissue.spotNames(),
    geneNames,
    X: counts,
    obsm: { spatial: { values: coordinates } },
  });
  await writeAnnData(await createStore(`${folder}/cells.zarr`), {
    spotCount: reference.cellCount,
    spotNames: reference.cellNames,
    geneNames: reference.geneNames,
    X: reference.counts,
    obs: [
      {
        kind: "categorical",
        name: "cell_type",
        codes: reference.cellTypes.codes,
        categories: reference.cellTypes.names,
      },
    ],
  });
}
