import { FormatError } from "@flashdeconv/core";

/** Names of the three files of a matrix in Market Exchange. */
export interface MexNames {
  readonly matrix: string;
  readonly barcodes: string;
  readonly features: string;
}

/**
 * The files of a matrix in Market Exchange among the names of a folder, with a prefix or without; undefined where there is no matrix.
 *
 * @throws FormatError where there are several, or one without its names
 */
export function findMex(names: readonly string[]): MexNames | undefined {
  const matrices = names.filter((name) => /matrix\.mtx(\.gz)?$/.test(name));
  const plain = matrices.filter((name) => /^matrix\.mtx(\.gz)?$/.test(name));
  const found = plain.length > 0 ? plain : matrices;
  if (found.length === 0) return undefined;
  if (found.length > 1) {
    throw incomplete(
      `${found.slice(0, 5).join(" and ")}`,
      "one matrix: put each sample into a folder of its own",
    );
  }
  const [matrix] = found;
  const prefix = matrix.replace(/matrix\.mtx(\.gz)?$/, "");
  const pick = (...stems: string[]) => {
    const candidates = stems.flatMap((stem) => [`${prefix}${stem}.gz`, `${prefix}${stem}`]);
    const own = candidates.find((name) => names.includes(name));
    if (own === undefined)
      throw incomplete(`${matrix} without ${prefix}${stems.join(" or ")}`, "the three files of a matrix");
    return own;
  };
  return { matrix, barcodes: pick("barcodes.tsv"), features: pick("features.tsv", "genes.tsv") };
}

function incomplete(found: string, expected: string): FormatError {
  return new FormatError({
    path: "the folder",
    found,
    expected,
    remedy: "Give the folder as the instrument's software wrote it.",
  });
}
