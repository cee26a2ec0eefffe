import { FormatError } from "@flashdeconv/core";
import { isUnicode } from "./safe-names.js";

/** Throws FormatError unless `name` can name one element (an obsm or uns key) of the group at `path`. */
export function checkKey(path: string, name: string): void {
  if (name.includes("/")) throw badName(path, name, "a name without a slash");
  const reserved =
    name === "" || name === "." || name === ".." || name.startsWith(".z") || name === "zarr.json";
  if (reserved || name.includes("\0") || !isUnicode(name)) {
    throw badName(path, name, "a name that can be a path in a Zarr store (not empty, no dots alone)");
  }
}

function badName(path: string, name: string, expected: string): FormatError {
  return new FormatError({
    path,
    found: `the name ${JSON.stringify(name)}`,
    expected,
    remedy: "Rename it and write again.",
  });
}
