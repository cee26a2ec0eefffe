import { collect } from "@flashdeconv/core";
import { hdf5Opener } from "@flashdeconv/io-h5/opener";
import { openReference, openSpatial, ZARR } from "@flashdeconv/io-zarr";
import { type DeconvolveOptions, deconvolve } from "@flashdeconv/pipeline";
import { simulateTissue } from "@flashdeconv/simulate";
import {
  type BlobLocation,
  openLocation,
  registerFileOpeners,
  registerOpeners,
  webOpeners,
} from "@flashdeconv/stores";

/** A run with all that it gives written out, to be compared between Node and pages. Bundled for pages: nothing of Node. */
export async function runHere(options: Partial<DeconvolveOptions>): Promise<string> {
  const tissue = simulateTissue({
    spotCount: 900,
    geneCount: 120,
    typeCount: 5,
    depth: 200,
    cellsPerType: 12,
  });
  const section = {
    counts: tissue.counts,
    geneNames: tissue.geneNames,
    readCoordinates: async () => ({
      dimension: 2 as const,
      values: Float64Array.from((await collect(tissue.coordinates)).values),
    }),
  };
  const result = await deconvolve(section, tissue.reference, options);
  const { values } = await collect(result.proportions);
  const { notices, typeNames } = result;
  // A record of sums of logarithms, whose last bit is each engine's own; the choice that is made by them is compared.
  const { held_out_deviance: _, ...parameters } = result.parameters;
  const lists = { values, totals: result.totals, dominant: result.dominant, statuses: result.statuses };
  return JSON.stringify({
    ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list]])),
    parameters,
    notices,
    typeNames,
  });
}

/** The counts of a section in a zip file that a page holds. */
export async function countsOfZip(zip: readonly number[]): Promise<number[]> {
  registerOpeners(webOpeners(ZARR));
  const blob = new Blob([Uint8Array.from(zip)]);
  const location: BlobLocation = { opener: "blob", blob, name: "picked.zip" };
  const { counts } = await openSpatial(await openLocation(location));
  return [...(await collect(counts)).values];
}

/** A run on a section and a reference that are HDF5 files, picked in a page: its proportions. */
export async function proportionsOfFiles(
  section: readonly number[],
  reference: readonly number[],
): Promise<number[]> {
  registerOpeners(webOpeners(ZARR));
  registerFileOpeners({ h5: hdf5Opener });
  const open = (bytes: readonly number[], name: string) => {
    const location: BlobLocation = { opener: "blob", blob: new File([Uint8Array.from(bytes)], name), name };
    return openLocation(location);
  };
  const spatial = await openSpatial(await open(section, "section.h5ad"));
  const cells = await openReference(await open(reference, "cells.h5ad"));
  const result = await deconvolve(spatial, cells, {});
  return [...(await collect(result.proportions)).values];
}

/** Whether this page may share memory between threads. */
export function isIsolated(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}
