import { StringArrayWriter } from "./array-writers.js";
import { checkLength } from "./check-length.js";
import type { Names } from "./contents.js";
import { INDEX_NAME } from "./write-columns.js";
import type { ZarrWriter } from "./zarr-writer.js";

/**
 * Copies the names to the index array of the dataframe at each of `paths` in one pass. Throws ShapeError if they are
 * not `expected` many.
 */
export async function writeNames(
  zarr: ZarrWriter,
  paths: readonly string[],
  names: Names,
  expected?: number,
): Promise<void> {
  const targets = paths.map((path) => `${path}/${INDEX_NAME}`);
  const writer = new StringArrayWriter(zarr, targets, zarr.options.spotsPerChunk);
  let count = 0;
  if (isList(names)) {
    count = names.length;
    await writer.appendStrings(names);
  } else {
    for await (const chunk of names) {
      zarr.options.signal?.throwIfAborted();
      count += chunk.count;
      await writer.append(chunk);
    }
  }
  if (expected !== undefined) checkLength(paths[0] ?? "names", count, expected);
  await writer.close();
}

export function isList(names: Names): names is readonly string[] {
  return Array.isArray(names);
}
