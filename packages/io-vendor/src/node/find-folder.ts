import { join } from "node:path";
import type { UnsObject } from "@flashdeconv/io-zarr";
import { inStore } from "@flashdeconv/io-zarr/internal";
import type { StoreAccess } from "@flashdeconv/stores";
import { directoryStore } from "@flashdeconv/stores/node/internal";
import { type FindOptions, findInFolder } from "../formats/find-in-folder.js";
import { findMex, type MexNames } from "../formats/find-mex.js";
import { type IngestOptions, ingestMex } from "../ingest/ingest-mex.js";
import { addPositions } from "../positions/add-positions.js";
import { readText } from "../positions/read-text.js";
import { readScaleFactors } from "../positions/scale-factors.js";
import { LIBRARY } from "../vendor-store.js";
import { fileBytes } from "./file-bytes.js";
import type { FoundInput } from "./found-input.js";
import type { VendorLocation } from "./vendor-opener.js";

/** Documents at the root of a Zarr store: a folder with one is no vendor's. */
const ZARR = ["zarr.json", ".zgroup", ".zmetadata", ".zattrs"];

/**
 * What a folder of this machine holds; undefined for one that is no vendor's.
 *
 * @throws FormatError, OptionError as `findInFolder`
 */
export async function findFolder(
  path: string,
  access: StoreAccess,
  options: FindOptions,
): Promise<FoundInput | undefined> {
  const folder = directoryStore(path, access.mostBytes);
  const names = await folder.list("/");
  if (names.some((name) => ZARR.includes(name))) return undefined;
  const input = await inStore(folder, () => findInFolder(folder, options));
  if (!input) {
    const mex = await inStore(folder, async () => findMex(names));
    return mex && { called: "a matrix in Market Exchange", ...asMex(path, mex) };
  }
  const { called, matrix, mex, positions, scale, layout } = input;
  const uns = async () => (scale === undefined ? {} : scaleOf(await readText(folder, scale, options), scale));
  const told = [positions, scale].flatMap((file) => (file === undefined ? [] : join(path, file)));
  if (!mex) {
    const location: VendorLocation = {
      opener: "vendor",
      matrix: join(path, matrix),
      folder: { path, input },
    };
    return { called, location, files: [join(path, matrix), ...told], uns };
  }
  const { files, ingest, location } = asMex(path, mex);
  return {
    called,
    location,
    files: [...files, ...told],
    uns,
    async ingest(ingestOptions) {
      const contents = { ...(await ingest(ingestOptions)), uns: await uns() };
      return positions === undefined
        ? contents
        : addPositions(contents, folder, { path: positions, layout }, ingestOptions);
    },
  };
}

function asMex(folder: string, names: MexNames) {
  const file = (name: string) => {
    const path = join(folder, name);
    return { path, read: () => fileBytes(path) };
  };
  const files = {
    matrix: file(names.matrix),
    barcodes: file(names.barcodes),
    features: file(names.features),
  };
  return {
    location: undefined,
    files: Object.values(files).map(({ path }) => path),
    ingest: (options: IngestOptions) => ingestMex(files, options),
  };
}

function scaleOf(text: string, path: string): UnsObject {
  return { spatial: { [LIBRARY]: { scalefactors: readScaleFactors(text, path) } } };
}
