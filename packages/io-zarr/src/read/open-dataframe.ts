import { FormatError } from "@flashdeconv/core";
import { encodingOf } from "./encoding-of.js";
import type { Hierarchy } from "./hierarchy.js";

/** What a dataframe group says of itself. */
export interface DataframeHeader {
  readonly path: string;
  /** Name of the column that holds the row names. */
  readonly indexName: string;
  readonly columnNames: readonly string[];
}

/** Reads the attributes of an AnnData dataframe. Throws FormatError where there is none at `path`. */
export async function openDataframe(hierarchy: Hierarchy, path: string): Promise<DataframeHeader> {
  const node = await hierarchy.node(path);
  if (node?.kind !== "group") {
    throw broken(path, node ? "an array" : "nothing", "a dataframe (a group)");
  }
  encodingOf(node, ["dataframe"]);
  const { _index: indexName, "column-order": columns } = node.attributes;
  if (typeof indexName !== "string" || indexName === "") {
    throw broken(path, `the attribute _index ${JSON.stringify(indexName)}`, "the name of the index column");
  }
  const columnNames = Array.isArray(columns) ? columns.filter((name) => typeof name === "string") : [];
  return { path, indexName, columnNames };
}

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({
    path,
    found,
    expected,
    remedy: "The store is not an AnnData store, or is incomplete: write it with anndata's write_zarr.",
  });
}
