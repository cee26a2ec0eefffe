import { FormatError } from "@flashdeconv/core";
import type { ListedStore } from "@flashdeconv/stores";
import { findMex, type MexNames } from "./find-mex.js";
import { type FindOptions, type FolderInput, missing } from "./folder-input.js";

export interface FoundMatrix extends Pick<FolderInput, "matrix" | "mex"> {
  /** What the names of all files of the sample begin with. */
  readonly prefix: string;
  readonly isRaw: boolean;
}

const MATRIX = /(filtered|raw)_feature_(bc|cell)_matrix(\.h5)?$/;

/** The matrix of genes: the filtered one before the raw one, a file before a folder in Market Exchange. */
export async function findMatrix(
  folder: ListedStore,
  root: readonly string[],
  options: FindOptions,
  of: "bc" | "cell" = "bc",
): Promise<FoundMatrix | undefined> {
  for (const kind of [`filtered_feature_${of}_matrix`, `raw_feature_${of}_matrix`]) {
    const files = root.filter((name) => name.endsWith(`${kind}.h5`));
    if (files.length > 1) {
      throw missing(
        "",
        files.slice(0, 5).join(" and "),
        "one matrix: put each sample into a folder of its own",
      );
    }
    const isRaw = kind.startsWith("raw");
    if (files.length === 1) return { matrix: files[0], prefix: files[0].replace(MATRIX, ""), isRaw };
    const inner = root.find((name) => name.endsWith(kind));
    const mex = inner === undefined ? undefined : findMex(await folder.list(`/${inner}`, options));
    if (inner !== undefined && mex) {
      return { matrix: inner, mex: mexBelow(mex, inner), prefix: inner.replace(MATRIX, ""), isRaw };
    }
  }
  if (of === "bc") {
    const old = await findOldMatrix(folder, root, options);
    if (old) return old;
  }
  if (root.some((name) => name.endsWith("probe_bc_matrix.h5"))) {
    throw missing("", "counts of probes alone", "filtered_feature_bc_matrix.h5 of the same run");
  }
  return undefined;
}

/** The matrix of Cell Ranger 2, whose folder holds one for each genome. */
async function findOldMatrix(
  folder: ListedStore,
  root: readonly string[],
  options: FindOptions,
): Promise<FoundMatrix | undefined> {
  for (const kind of ["filtered", "raw"]) {
    const name = `${kind}_gene_bc_matrices`;
    const own = { prefix: "", isRaw: kind === "raw" };
    if (root.includes(`${name}_h5.h5`)) return { ...own, matrix: `${name}_h5.h5` };
    const genomes = root.includes(name) ? await folder.list(`/${name}`, options) : [];
    const found: { matrix: string; mex: MexNames }[] = [];
    for (const genome of genomes) {
      const matrix = `${name}/${genome}`;
      const mex = findMex(await folder.list(`/${matrix}`, options));
      if (mex) found.push({ matrix, mex: mexBelow(mex, matrix) });
    }
    if (found.length > 1) {
      const told = found.slice(0, 5).map(({ matrix }) => matrix);
      throw new FormatError({
        path: "the folder",
        found: `matrices of ${told.join(" and ")}`,
        expected: "one genome",
        remedy: "Give the folder of the genome you want.",
      });
    }
    if (found.length === 1) return { ...own, ...found[0] };
  }
  return undefined;
}

function mexBelow({ matrix, barcodes, features }: MexNames, folder: string): MexNames {
  return {
    matrix: `${folder}/${matrix}`,
    barcodes: `${folder}/${barcodes}`,
    features: `${folder}/${features}`,
  };
}
