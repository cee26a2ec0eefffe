import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { openReference, openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore, openStore } from "@flashdeconv/io-zarr/node";
import { deconvolve } from "@flashdeconv/pipeline";
import type { Page } from "playwright-core";
import type * as Bundled from "./page-runs.js";
import { digestOf } from "./page-runs.js";
import { tissueOf } from "./page-workers.js";

export const SPOTS = 6000;

/** Runs a function of the page's bundle. It may use nothing of the test but what it is given. */
export async function inPage<T, A>(
  page: Page,
  given: A,
  work: (bundled: typeof Bundled, given: A) => Promise<T>,
): Promise<T> {
  return (await page.evaluate(`(${work.toString()})(bundled, ${JSON.stringify(given)})`)) as T;
}

export async function writeTissue(folder: string): Promise<void> {
  const { counts: X, spotCount, geneNames, coordinates, spotNames, reference: cells } = tissueOf(SPOTS);
  const obsm = { spatial: { values: coordinates } };
  const section = await createStore(join(folder, "section.zarr"));
  const contents = { X, spotCount, spotNames: spotNames(), geneNames, obsm };
  await writeAnnData(section, contents, { valuesPerChunk: 16_384 });
  const { names, codes } = cells.cellTypes;
  const reference = await createStore(join(folder, "reference.zarr"));
  await writeAnnData(reference, {
    X: cells.counts,
    spotCount: cells.cellCount,
    spotNames: cells.cellNames,
    geneNames: cells.geneNames,
    obs: [{ kind: "categorical", name: "cell_type", codes, categories: [...names] }],
  });
}

export async function nodeDigest(folder: string): Promise<string> {
  const section = await openSpatial(await openStore(join(folder, "section.zarr")));
  const reference = await openReference(await openStore(join(folder, "reference.zarr")));
  const { values } = await collect((await deconvolve(section, reference)).proportions);
  return digestOf(Float64Array.from(values));
}
