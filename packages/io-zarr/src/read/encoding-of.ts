import { FormatError } from "@flashdeconv/core";
import type { ZarrNode } from "./hierarchy.js";

/** The AnnData encodings that can be read, with their versions. */
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  anndata: ["0.1.0"],
  raw: ["0.1.0"],
  dict: ["0.1.0"],
  dataframe: ["0.1.0", "0.2.0"],
  array: ["0.2.0"],
  csr_matrix: ["0.1.0"],
  csc_matrix: ["0.1.0"],
  categorical: ["0.2.0"],
  "string-array": ["0.2.0"],
  string: ["0.2.0"],
  "numeric-scalar": ["0.2.0"],
  "nullable-integer": ["0.1.0"],
  "nullable-boolean": ["0.1.0"],
  "nullable-string-array": ["0.1.0"],
};

/**
 * The `encoding-type` of a node, or undefined where it has none (anndata before 0.7 and its arrays before 0.8). Throws
 * FormatError for one that is none of `accepted`, or of a version that is not known.
 */
export function encodingOf(node: ZarrNode, accepted: readonly string[]): string | undefined {
  const type = node.attributes["encoding-type"];
  if (type === undefined) return undefined;
  const version = node.attributes["encoding-version"];
  if (typeof type !== "string" || !accepted.includes(type)) {
    throw unsupported(node, `the encoding ${JSON.stringify(type)}`, accepted.join(", "));
  }
  if (typeof version !== "string" || !VERSIONS[type].includes(version)) {
    throw unsupported(
      node,
      `${type} of encoding-version ${JSON.stringify(version)}`,
      VERSIONS[type].join(" or "),
    );
  }
  return type;
}

function unsupported(node: ZarrNode, found: string, expected: string): FormatError {
  return new FormatError({
    path: node.path || "the store's root",
    found,
    expected,
    remedy: "Write the store with a released version of anndata, or report the encoding if it is newer.",
  });
}
