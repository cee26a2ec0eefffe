import { gunzipSync, gzipSync } from "node:zlib";
import type { Files } from "./base-stores.js";
import type { Random } from "./random.js";

/** Changes, drops or swaps a chunk of the store (or its Parquet file). Gives what was done. */
export function damageChunk(files: Files, random: Random): string | undefined {
  const chunks = [...files.keys()].filter((key) => !/(^|\/)(zarr\.json|\.z\w+)$/.test(key)).sort();
  const key = random.pick(chunks);
  const bytes = files.get(key) as Uint8Array;
  const at = random.below(bytes.length);
  const put = (name: string, changed: Uint8Array) => {
    files.set(key, changed);
    return `${key}: ${name}`;
  };
  switch (random.below(10)) {
    case 0:
      return put(`cut at ${at} of ${bytes.length}`, bytes.slice(0, at));
    case 1:
    case 2: {
      const changed = bytes.slice();
      const count = random.pick([1, 1, 1, 2, 8]);
      for (let i = 0; i < count; i++) changed[random.below(bytes.length)] ^= 1 << random.below(8);
      return put(`${count} bits flipped`, changed);
    }
    case 3:
      return put("emptied", new Uint8Array());
    case 4: {
      const other = random.pick(chunks);
      files.set(key, files.get(other) as Uint8Array);
      files.set(other, bytes);
      return `${key} swapped with ${other}`;
    }
    case 5:
      files.delete(key);
      return `${key} missing`;
    case 6:
      return put("bytes appended", Uint8Array.from([...bytes, ...bytes.subarray(0, at), 7]));
    case 7:
      return put(
        "noise",
        Uint8Array.from(bytes, () => random.below(256)),
      );
    case 8: {
      // Of several members, made one at a time: the memory is watched that they would take.
      const count = random.pick([1, 16]);
      const member = gzipSync(new Uint8Array(2 ** 24));
      const bomb = Buffer.concat(new Array<Uint8Array>(count).fill(member));
      return put(`gzip of ${count * 16} MiB of zeros`, new Uint8Array(bomb));
    }
    default:
      return damageNumber(files, random);
  }
}

/** Numbers that break the order of offsets, point out of the matrix, or are not counts. */
function damageNumber(files: Files, random: Random): string | undefined {
  const paths = ["X/indptr", "X/indices", "X/data", "X", "obsm/spatial"].flatMap((name) =>
    [name, `tables/table/${name}`].filter(
      (path) => files.has(`${path}/.zarray`) || files.has(`${path}/zarr.json`),
    ),
  );
  const path = random.pick(paths);
  const keys = [...files.keys()]
    .filter((key) => key.startsWith(`${path}/`) && /^(c\/)?\d[\d./]*$/.test(key.slice(path.length + 1)))
    .sort();
  if (keys.length === 0) return undefined;
  const key = random.pick(keys);
  const stored = files.get(key) as Uint8Array;
  const isPacked = stored[0] === 0x1f && stored[1] === 0x8b;
  const bytes = isPacked ? new Uint8Array(gunzipSync(stored)) : stored.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = path.endsWith("spatial") ? 8 : 4;
  if (bytes.length < width) return undefined;
  const at = width * random.below(Math.floor(bytes.length / width));
  const isInteger = path.endsWith("indptr") || path.endsWith("indices");
  const value = random.pick(
    isInteger
      ? [-1, 0, 1, 19, 20, 2 ** 31 - 1, -(2 ** 31)]
      : [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 3e38, -0, 7],
  );
  if (isInteger) view.setInt32(at, value, true);
  else if (width === 8) view.setFloat64(at, value, true);
  else view.setFloat32(at, value, true);
  files.set(key, isPacked ? new Uint8Array(gzipSync(bytes)) : bytes);
  return `${key}: ${value} at byte ${at}`;
}
