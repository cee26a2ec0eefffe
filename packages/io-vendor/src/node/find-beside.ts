import { isFlashdeconvError, type Notice } from "@flashdeconv/core";
import type { ListedStore, StoreAccess } from "@flashdeconv/stores";
import { directoryStore } from "@flashdeconv/stores/node/internal";
import { findInFolder } from "../formats/find-in-folder.js";
import type { FindOptions } from "../formats/folder-input.js";
import { foundInput } from "./find-folder.js";
import type { FoundInput } from "./found-input.js";

/** Matrices that 10x's software writes beside the positions of their spots. */
const MATRIX = /(_feature_(bc|cell)_matrix|(^|_)cell_feature_matrix)\.h5$/;
const ENDING = /((filtered|raw)_feature_(bc|cell)|cell_feature)_matrix(\.h5)?$/;
/** What else of a run may lie beside one: not what was given. */
const OTHERS =
  /(_feature_(bc|cell)_matrix(\.h5)?|_gene_bc_matrices(_h5\.h5)?|^cell_feature_matrix(\.h5|\.zarr\.zip)?|^(outs|binned_outputs|segmented_outputs))$/;

/**
 * A matrix of 10x's software with the positions that lie beside it, as in the folder of a run; undefined where none do, or what lies there is not
 * clear: then it is a matrix by itself.
 */
export async function findBeside(
  folder: string,
  name: string,
  { access, options }: { readonly access: StoreAccess; readonly options: FindOptions },
): Promise<FoundInput | undefined> {
  if (!MATRIX.test(name)) return undefined;
  const { bin, ...others } = options;
  const whole = directoryStore(folder, access.mostBytes);
  const files = withoutOthers(whole, name);
  const isCells = name.endsWith("_feature_cell_matrix.h5");
  const input = await findInFolder(files, { ...others, cells: isCells }).catch((error) => {
    if (isFlashdeconvError(error)) return undefined;
    throw error;
  });
  if (input?.positions === undefined || input.matrix !== name || bin !== undefined) return undefined;
  if (!belongTo(name, input.positions, await whole.list("/", options))) return undefined;
  const message = `Positions were found beside the matrix, in ${input.positions}.`;
  const notices: Notice[] = [{ code: "positions-beside", message }, ...(input.notices ?? [])];
  // That it is a raw matrix is known to whoever gave it.
  const given = { ...input, isRaw: undefined, notices };
  return foundInput({ path: folder, folder: files, input: given }, access, options);
}

/** Slides share their barcodes: positions beside matrices of several samples are one's own where their names begin alike. */
function belongTo(matrix: string, positions: string, names: readonly string[]): boolean {
  const prefixOf = (name: string) => name.replace(ENDING, "");
  const own = prefixOf(matrix);
  const isAlone = names.every((name) => !ENDING.test(name) || prefixOf(name) === own);
  return isAlone || (own !== "" && positions.split("/").some((part) => part.startsWith(own)));
}

function withoutOthers(folder: ListedStore, matrix: string): ListedStore {
  return {
    ...folder,
    async list(path, options) {
      const names = await folder.list(path, options);
      return path === "/" ? names.filter((name) => name === matrix || !OTHERS.test(name)) : names;
    },
  };
}
