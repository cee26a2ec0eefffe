import { FormatError } from "@flashdeconv/core";
import { type Hierarchy, join } from "../read/hierarchy.js";

/** What must be known of `obs` before columns are added to it. */
export interface ObsFrame {
  readonly spotCount: number;
  readonly indexName: string;
  readonly columnOrder: readonly string[];
  /** Whether columns can be added: the dataframe has the encoding 0.2.0, which all of ours have. */
  readonly isCurrent: boolean;
}

/** Throws FormatError if the store has no `obs` with an index. */
export async function readObsFrame(hierarchy: Hierarchy): Promise<ObsFrame> {
  const attributes = (await hierarchy.node("obs"))?.attributes ?? {};
  const { _index: indexName, "column-order": columnOrder } = attributes;
  const spotCount = typeof indexName === "string" ? await lengthOf(hierarchy, `obs/${indexName}`) : undefined;
  if (typeof indexName !== "string" || spotCount === undefined || !Array.isArray(columnOrder)) {
    throw new FormatError({
      path: "obs",
      found: "no dataframe with an index",
      expected: "the attributes _index and column-order, and the index array",
      remedy: "Write the result to a new store, or write this one again with anndata 0.8 or later.",
    });
  }
  return {
    spotCount,
    indexName,
    columnOrder: columnOrder as string[],
    isCurrent: attributes["encoding-version"] === "0.2.0",
  };
}

/** Length of an array, or of a nullable one, which is a group with `values`. */
async function lengthOf(hierarchy: Hierarchy, path: string): Promise<number | undefined> {
  const node = await hierarchy.node(path);
  if (node?.kind === "group") return lengthOf(hierarchy, join(path, "values"));
  return node?.metadata.shape[0];
}
