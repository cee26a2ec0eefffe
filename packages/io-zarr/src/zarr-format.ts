import type { StoreFormat } from "@flashdeconv/stores";

/** What `@flashdeconv/stores` is told of Zarr, so that it knows a whole store from none, and writes documents after what they tell of. */
export const ZARR: StoreFormat = {
  name: "Zarr",
  extension: ".zarr",
  rootDocuments: ["zarr.json", ".zgroup", ".zmetadata", ".zarray"],
  documents: [".zattrs", ".zarray", ".zmetadata", ".zgroup", "zarr.json"],
};
