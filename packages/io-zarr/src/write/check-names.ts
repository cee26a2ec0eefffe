import { FormatError } from "@flashdeconv/core";

/** Throws FormatError unless `name` can name one element (an obsm or uns key) of the group at `path`. */
export function checkKey(path: string, name: string): void {
  if (name.includes("/")) throw badName(path, name, "a name without a slash");
  checkColumnName(path, name);
}

/**
 * Throws FormatError unless `names` can be the columns of the dataframe at `path`.
 *
 * A slash is allowed (cell types are called "eL2/3"): such a column lies in a group of its own, as anndata stores it. So
 * no name may be the beginning of another's path.
 */
export function checkColumns(path: string, names: readonly string[], indexName: string): void {
  const taken = new Set(names);
  if (taken.size < names.length) {
    const twice = names.find((name, i) => names.indexOf(name) < i) ?? "";
    throw badName(path, twice, "names that differ from each other", " twice");
  }
  for (const name of names) {
    checkColumnName(path, name);
    if (name === indexName) throw badName(path, name, "another name than that of the index");
    for (let slash = name.indexOf("/"); slash >= 0; slash = name.indexOf("/", slash + 1)) {
      const parent = name.slice(0, slash);
      if (taken.has(parent) || parent === indexName) {
        throw badName(
          path,
          name,
          `no name that continues that of another column (${JSON.stringify(parent)})`,
        );
      }
    }
  }
}

function checkColumnName(path: string, name: string): void {
  for (const part of name.split("/")) {
    const reserved =
      part === "" || part === "." || part === ".." || part.startsWith(".z") || part === "zarr.json";
    if (reserved || part.includes("\0")) {
      throw badName(path, name, "a name that can be a path in a Zarr store (no empty part, no dots alone)");
    }
  }
}

function badName(path: string, name: string, expected: string, suffix = ""): FormatError {
  return new FormatError({
    path,
    found: `the name ${JSON.stringify(name)}${suffix}`,
    expected,
    remedy: "Rename it and write again.",
  });
}
