import type { NameChunk } from "@flashdeconv/core";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import type { FolderInput } from "../formats/folder-input.js";
import { readCellCentroids } from "./cell-centroids.js";
import { isHdBarcode, readHdBins } from "./hd-barcodes.js";
import { readPositionsCsv, VISIUM, XENIUM } from "./positions-csv.js";
import { readBinPositions, readPositionsParquet } from "./positions-parquet.js";
import { readText } from "./read-text.js";
import { positionsOf, type SpotPositions } from "./spot-positions.js";

export interface PositionRequest extends ReadOptions {
  readonly spotCount: number;
  names(): AsyncIterable<NameChunk>;
}

/**
 * The positions of all spots, in their order, from the file of a vendor.
 *
 * @throws FormatError where spots are missing there, or the file is none of such positions
 */
export async function readPositions(
  files: ReadableStore,
  { path, layout }: { readonly path: string; readonly layout: FolderInput["layout"] },
  { spotCount, names, ...options }: PositionRequest,
): Promise<SpotPositions> {
  if (layout === "hd-cells")
    return positionsOf(await textsOf(names()), await readCellCentroids(files, path, options), path);
  const columns = layout === "xenium" ? XENIUM : VISIUM;
  if (!path.endsWith(".parquet")) {
    const listed = readPositionsCsv(await readText(files, path, options), columns, path);
    return positionsOf(await textsOf(names()), listed, path);
  }
  if (layout === "visium-hd" && isHdBarcode(await firstOf(names()))) {
    return readBinPositions(files, path, await readHdBins(names(), spotCount, "barcodes"), options);
  }
  const listed = await readPositionsParquet(files, path, columns, options);
  return positionsOf(await textsOf(names()), listed, path);
}

async function textsOf(names: AsyncIterable<NameChunk>): Promise<string[]> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  for await (const { count, offsets, bytes } of names) {
    for (let i = 0; i < count; i++) texts.push(decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])));
  }
  return texts;
}

async function firstOf(names: AsyncIterable<NameChunk>): Promise<string> {
  for await (const { count, offsets, bytes } of names) {
    if (count > 0) return new TextDecoder().decode(bytes.subarray(offsets[0], offsets[1]));
  }
  return "";
}
