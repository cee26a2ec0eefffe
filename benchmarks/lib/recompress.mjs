import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { COUNT_ARRAYS, decodeChunk, describeArray } from "./array-chunks.mjs";

/** What zarr-python writes by default. */
const VERSION_2 = { id: "zstd", level: 0, checksum: false };
const VERSION_3 = { name: "zstd", configuration: { level: 0, checksum: false } };

/** Changes the counts of a store, in place, from what they are compressed with to zstd. */
export function recompressWithZstd(store) {
  for (const path of COUNT_ARRAYS) {
    const array = describeArray(store, path);
    for (const file of array.files) {
      writeFileSync(file, zlib.zstdCompressSync(decodeChunk(readFileSync(file), array)));
    }
    editJson(join(store, path, ".zarray"), setVersion2);
    editJson(join(store, path, "zarr.json"), setVersion3);
    editJson(join(store, ".zmetadata"), ({ metadata }) => setVersion2(metadata[`${path}/.zarray`]));
    editJson(join(store, "zarr.json"), ({ consolidated_metadata: all }) => setVersion3(all?.metadata[path]));
  }
}

function setVersion2(array) {
  array.compressor = VERSION_2;
}

function setVersion3(array) {
  if (array) array.codecs = [array.codecs[0], VERSION_3];
}

/** Changes a file of JSON if it is there: each version of Zarr has files of its own. */
function editJson(path, change) {
  if (!existsSync(path)) return;
  const value = JSON.parse(readFileSync(path, "utf8"));
  change(value);
  writeFileSync(path, JSON.stringify(value, null, 2));
}
