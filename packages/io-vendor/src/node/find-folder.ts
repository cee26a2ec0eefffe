import { join } from "node:path";
import type { UnsObject } from "@flashdeconv/io-zarr";
import { inStore } from "@flashdeconv/io-zarr/internal";
import type { ListedStore, StoreAccess } from "@flashdeconv/stores";
import { directoryStore } from "@flashdeconv/stores/node/internal";
import { type CellTables, findCellTables } from "../cells/cell-tables.js";
import { ingestCells } from "../cells/ingest-cells.js";
import { findInFolder } from "../formats/find-in-folder.js";
import { findMex, type MexNames } from "../formats/find-mex.js";
import type { FindOptions, FolderInput } from "../formats/folder-input.js";
import { type IngestOptions, ingestMex, type MexFile } from "../ingest/ingest-mex.js";
import { addPositions } from "../positions/add-positions.js";
import { readText } from "../positions/read-text.js";
import { readScaleFactors } from "../positions/scale-factors.js";
import { LIBRARY } from "../vendor-store.js";
import { countEntries } from "./count-entries.js";
import { fileBytes } from "./file-bytes.js";
import { refuseBin, refuseCells } from "./find-stereo.js";
import type { FoundInput } from "./found-input.js";
import { poolFile, poolMex } from "./pooled-input.js";
import type { VendorLocation } from "./vendor-opener.js";

/** Documents at the root of a Zarr store: a folder with one is not a vendor's. */
const ZARR = ["zarr.json", ".zgroup", ".zmetadata", ".zattrs"];

/**
 * What a folder of this machine holds; undefined for one that is not a vendor's.
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
  if (!input) return inStore(folder, async () => plainFolder(path, names, options));
  return foundInput({ path, folder, input }, access, options);
}

interface KnownFolder {
  readonly path: string;
  readonly folder: ListedStore;
  readonly input: FolderInput;
}

/** What is made of the files of a folder once they are known. */
export function foundInput(
  { path, folder, input }: KnownFolder,
  access: StoreAccess,
  options: FindOptions,
): FoundInput {
  const { called, matrix, mex, positions, scale, layout, pool, isRaw, notices } = input;
  const uns = () =>
    inStore(folder, async () =>
      scale === undefined
        ? {}
        : scaleOf(readScaleFactors(await readText(folder, scale, options), scale), pool),
    );
  const told = [positions, scale].flatMap((file) => (file === undefined ? [] : join(path, file)));
  const request = pool && positions !== undefined && { files: folder, positions, matrix, pool };
  if (!mex) {
    const files = [join(path, matrix), ...told];
    if (request) {
      const ingest = async (ingestOptions: IngestOptions) => ({
        ...(await poolFile(path, request, access, ingestOptions)),
        uns: await uns(),
      });
      return { called, isRaw, notices, location: undefined, files, uns, ingest };
    }
    const location: VendorLocation = {
      opener: "vendor",
      matrix: join(path, matrix),
      folder: { path, input },
    };
    return { called, isRaw, notices, location, files, uns };
  }
  const { files, ingest, ...own } = asMex(path, mex);
  return {
    ...own,
    called,
    isRaw,
    notices,
    files: [...files, ...told],
    uns,
    async ingest(ingestOptions) {
      if (request) return { ...(await poolMex(ingest, request, ingestOptions)), uns: await uns() };
      const contents = { ...(await ingest(ingestOptions)), uns: await uns() };
      return positions === undefined
        ? contents
        : inStore(folder, () => addPositions(contents, folder, { path: positions, layout }, ingestOptions));
    },
  };
}

/** A matrix by itself, or tables of cells. */
function plainFolder(path: string, names: readonly string[], options: FindOptions): FoundInput | undefined {
  const tables = findCellTables(names);
  const mex = tables ? undefined : findMex(names);
  if (!tables && !mex) return undefined;
  refuseCells(options.cells);
  refuseBin(options.bin);
  if (mex) return { called: "a matrix in Market Exchange", ...asMex(path, mex) };
  const { called, counts, positions } = tables as CellTables;
  const file = (name: string) => fileOf(path, name);
  return {
    called,
    location: undefined,
    files: [join(path, counts), join(path, positions)],
    ingest: (ingestOptions) =>
      ingestCells({ counts: file(counts), positions: file(positions) }, tables as CellTables, ingestOptions),
  };
}

function fileOf(folder: string, name: string): MexFile {
  const path = join(folder, name);
  return { path, read: () => fileBytes(path) };
}

function asMex(folder: string, names: MexNames) {
  const files = {
    matrix: fileOf(folder, names.matrix),
    barcodes: fileOf(folder, names.barcodes),
    features: fileOf(folder, names.features),
  };
  return {
    location: undefined,
    files: Object.values(files).map(({ path }) => path),
    entryCount: () => countEntries(files.matrix.path),
    ingest: (options: IngestOptions) => ingestMex(files, options),
  };
}

function scaleOf(factors: Record<string, number>, pool: FolderInput["pool"]): UnsObject {
  return { spatial: { [LIBRARY]: { scalefactors: pool ? scaledTo(factors, pool) : factors } } };
}

/** What is told of the size of a bin holds for larger ones by as much. */
function scaledTo(
  factors: Record<string, number>,
  { from, to }: { readonly from: number; readonly to: number },
): Record<string, number> {
  const larger = ["bin_size_um", "spot_diameter_fullres"].filter((name) => name in factors);
  return { ...factors, ...Object.fromEntries(larger.map((name) => [name, (factors[name] * to) / from])) };
}
