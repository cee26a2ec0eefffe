import { FormatError, isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { UnsObject } from "@flashdeconv/io-zarr";
import { type OpenStore, openFile, type ReadableStore, type StoreAccess } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import type { FindOptions } from "../formats/folder-input.js";
import { edgeOf, findGef, sourceBin } from "../formats/gef.js";
import { lengthOf } from "../formats/gef-genes.js";
import { ingestGem } from "../ingest/ingest-gem.js";
import { isGemHeader } from "../ingest/read-gem.js";
import { LIBRARY } from "../vendor-store.js";
import { estimateLines } from "./count-entries.js";
import { fileBytes } from "./file-bytes.js";
import type { FoundInput } from "./found-input.js";
import type { VendorLocation } from "./vendor-opener.js";

/**
 * A GEM file, packed or not, by the first line that is not a comment; undefined for a file of another kind.
 *
 * @throws FormatError for another kind of file that is called .gem
 */
export async function findGem(path: string, bin: string | undefined): Promise<FoundInput | undefined> {
  if (!(await isGemFile(path))) return undefined;
  const edge = edgeOf(bin);
  return {
    called: calledBins(edge),
    location: undefined,
    files: [path],
    entryCount: () => estimateLines(path),
    ingest: (options) => ingestGem({ path, read: () => fileBytes(path) }, edge, options),
  };
}

async function isGemFile(path: string): Promise<boolean> {
  const isCalledGem = /\.gem(\.gz)?$/i.test(path);
  try {
    const header = await headerOf(path);
    if (header !== undefined && isGemHeader(header)) return true;
    if (isCalledGem) throw notGem(path, header);
  } catch (error) {
    // What cannot be read is told by who opens it.
    if (isCalledGem || !isFlashdeconvError(error)) throw error;
  }
  return false;
}

async function headerOf(path: string): Promise<string | undefined> {
  for await (const bytes of fileBytes(path)) {
    const lines = new TextDecoder().decode(bytes).split("\n");
    return lines.find((line) => !line.startsWith("#"));
  }
  return undefined;
}

function notGem(path: string, header: string | undefined): FormatError {
  return new FormatError({
    path,
    found: header ? `the header ${JSON.stringify(header.slice(0, 60))}` : "no line",
    expected: "columns geneID or geneName, x, y and MIDCount, with tabs between them",
    remedy: "Give the .gem or .gem.gz file as SAW wrote it.",
  });
}

/** Bins or cells of a GEF file, of which `store` shows what it holds; undefined for a file of another kind. */
export async function findGefInput(
  given: string,
  store: OpenStore,
  access: StoreAccess,
  { bin, cells = false }: FindOptions,
): Promise<FoundInput | undefined> {
  const gef = await findGef(store);
  if (gef === undefined) return undefined;
  const { bins, hasCells } = gef;
  if (bins && hasCells && bin === undefined && !cells) {
    throw new FormatError({
      path: given,
      found: "bins and cells",
      expected: "one of both",
      remedy: `Say which with ${optionName("bin")} or ${optionName("cells")}.`,
    });
  }
  if (!bins || (hasCells && cells)) {
    refuseBin(bin);
    const location: VendorLocation = { opener: "vendor", matrix: given };
    return { called: "Stereo-seq, cells", location };
  }
  const edge = edgeOf(bin);
  const stored = sourceBin(given, edge, bins);
  const uns = await scaleOf(store, stored);
  const entryCount = await lengthOf(store, `geneExp/bin${stored}/expression/x`);
  return {
    called: stored === edge ? calledBins(edge) : `${calledBins(edge)} pooled from those of ${stored}`,
    location: undefined,
    files: isRemote(given) ? undefined : [localPath(given)],
    uns: async () => uns,
    entryCount: async () => entryCount ?? 0,
    async ingest(options) {
      // Loaded where it is needed: most inputs are not HDF5.
      const { ingestGef } = await import("../ingest/ingest-gef.js");
      const file = await openFile(given, access);
      return { ...(await ingestGef(file, { path: given, edge, stored }, options)), uns };
    },
  };
}

function calledBins(edge: number): string {
  return `Stereo-seq, bins of ${edge} x ${edge} places`;
}

/** Refuses bins of what has none. */
export function refuseBin(bin: string | undefined): void {
  if (bin === undefined) return;
  throw new OptionError({
    option: "bin",
    value: bin,
    rule: "left out for what is neither an output folder of Visium HD nor a GEM or GEF file of bins",
    remedy: "Leave it out, or give the folder that holds binned_outputs.",
  });
}

/** Refuses cells of what has none, or no choice. */
export function refuseCells(cells: boolean | undefined): void {
  if (!cells) return;
  throw new OptionError({
    option: "cells",
    value: cells,
    rule: "left out for what is neither an output folder of Visium HD nor a GEF file of cells",
    remedy: "Leave it out, or give the folder that holds segmented_outputs.",
  });
}

/** How large a place is, which the file tells in nanometres. */
async function scaleOf(store: ReadableStore, stored: number): Promise<UnsObject> {
  const key = `/geneExp/bin${stored}/expression/.zattrs` as const;
  const bytes = await readKey(store, key, { most: MOST_DOCUMENT_BYTES });
  const attributes = bytes ? JSON.parse(new TextDecoder().decode(bytes)) : {};
  const pitch = Number([attributes.resolution].flat()[0]);
  return pitch > 0 ? { spatial: { [LIBRARY]: { scalefactors: { microns_per_pixel: pitch / 1000 } } } } : {};
}
