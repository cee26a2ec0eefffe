import type { StoreLocation } from "@flashdeconv/stores";
import type { LocatedStore } from "./with-store.js";

/** By what threads open a store of which they read a matrix: its path, or more, where they then need not read its index again. */
export async function threadLocation(
  store: LocatedStore,
  matrixPath: string,
  signal?: AbortSignal,
): Promise<StoreLocation | string> {
  const arrays = ["data", "indices", "indptr"].map((name) => `${matrixPath}/${name}`);
  return (await store.locate?.([matrixPath, ...arrays], { signal })) ?? store.location;
}
