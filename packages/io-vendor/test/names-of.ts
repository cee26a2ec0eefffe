import type { Names } from "@flashdeconv/io-zarr";

/** Names as strings, also where they come as bytes. */
export async function namesOf(names: Names): Promise<readonly string[]> {
  if (!(Symbol.asyncIterator in names)) return names;
  const list: string[] = [];
  for await (const { start, count, offsets, bytes } of names) {
    if (start !== list.length) throw new Error(`names from ${start} after ${list.length}`);
    for (let i = 0; i < count; i++)
      list.push(new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1])));
  }
  return list;
}
