import type { ListedStore } from "@flashdeconv/stores";
import { findMex } from "./find-mex.js";
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
      const at = (name: string) => `${inner}/${name}`;
      const names = { matrix: at(mex.matrix), barcodes: at(mex.barcodes), features: at(mex.features) };
      return { matrix: inner, mex: names, prefix: inner.replace(MATRIX, ""), isRaw };
    }
  }
  if (root.some((name) => name.endsWith("probe_bc_matrix.h5"))) {
    throw missing("", "counts of probes alone", "filtered_feature_bc_matrix.h5 of the same run");
  }
  return undefined;
}
