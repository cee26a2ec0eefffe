import { FormatError, type ReferenceSignature } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { MOST_BYTES } from "@flashdeconv/stores/internal";
import { requireRoom } from "../bounds.js";
import { WRITTEN_AS } from "../write/written-as.js";
import { openHierarchy } from "./hierarchy.js";
import { inStore } from "./name-store.js";
import { openReference } from "./open-reference.js";
import { readColumn } from "./read-dataframe.js";

/** What the root of a store of mean counts says it is. */
export const SIGNATURE = "signature";

/**
 * Reads mean counts per type from a store of them (`flashdeconv signature`): a row of `X` for each, named by `obs/cell_type`. Undefined for a
 * store that does not say that it is one.
 */
export async function readSignatureStore(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<ReferenceSignature | undefined> {
  const kind = await inStore(store, async () => {
    const root = await (await openHierarchy(store, signal)).node("");
    return root?.attributes[WRITTEN_AS];
  });
  if (kind !== SIGNATURE) return undefined;
  const { geneNames, cellTypes, counts } = await openReference(store, { signal });
  const { codes, names } = cellTypes;
  if (codes.length !== names.length || new Set(codes).size !== names.length || codes.includes(-1)) {
    throw new FormatError({
      path: "obs/cell_type",
      found: `${numbered(codes.length, "row")} for ${numbered(names.length, "type")}`,
      expected: "one row for each",
      remedy: "The store is damaged: write it again.",
    });
  }
  const width = geneNames.length;
  requireRoom("X", 8 * names.length * width, store.mostBytes ?? MOST_BYTES, "mean counts");
  const values = new Float64Array(names.length * width);
  for await (const { spotStart, spotCount, indptr, indices, values: stored } of counts.chunks({ signal })) {
    for (let row = 0; row < spotCount; row++) {
      const offset = codes[spotStart + row] * width;
      for (let i = indptr[row]; i < indptr[row + 1]; i++) values[offset + indices[i]] = stored[i];
    }
  }
  const column = await readColumn(store, "obs/cell_count", { signal });
  const cells = column.kind === "number" ? Array.from(column.values) : [];
  if (
    cells.length !== names.length ||
    !cells.every((count) => Number.isInteger(count) && count > 0 && count < 2 ** 31)
  ) {
    throw new FormatError({
      path: "obs/cell_count",
      found: `${numbered(cells.length, "number")} for ${numbered(names.length, "type")}`,
      expected: "how many cells each type has",
      remedy: "The store is damaged: write it again.",
    });
  }
  const cellCounts = new Int32Array(names.length);
  for (const [row, type] of codes.entries()) cellCounts[type] = cells[row];
  return { typeNames: names, geneNames, values, cellCounts };
}
