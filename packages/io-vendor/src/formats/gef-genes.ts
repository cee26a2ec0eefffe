import { FormatError } from "@flashdeconv/core";
import { openArrays } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import type { GeneList } from "../ingest/gene-list.js";

/** The genes of a GEF file: of a group of records that name them, with their identifiers where there are such. */
export async function readGeneTable(
  store: ReadableStore,
  place: string,
  namings: readonly string[],
  signal?: AbortSignal,
): Promise<GeneList & { readonly length: number }> {
  const members = (await store.list?.(`/${place}`, { signal })) ?? [];
  const naming = namings.find((name) => members.includes(name));
  const length = naming === undefined ? undefined : await lengthOf(store, `${place}/${naming}`, signal);
  if (naming === undefined || length === undefined) {
    throw new FormatError({
      path: place,
      found: members.length > 0 ? `records with ${members.slice(0, 8).join(", ")}` : "no records",
      expected: `records of genes with ${namings.join(" or ")}`,
      remedy: "Copy the GEF file again from the output of the run.",
    });
  }
  const texts = async (name: string) => {
    const arrays = await openArrays(store, { signal });
    const decoder = new TextDecoder();
    const list: string[] = [];
    for await (const { count, offsets, bytes } of arrays.strings(`${place}/${name}`, length, { signal })) {
      for (let i = 0; i < count; i++) list.push(decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])));
    }
    return list;
  };
  const names = await texts(naming);
  return members.includes("geneID") ? { length, names, ids: await texts("geneID") } : { length, names };
}

/** Items of an array of one dimension. */
export async function lengthOf(
  store: ReadableStore,
  path: string,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const bytes = await readKey(store, `/${path}/.zarray`, { signal, most: MOST_DOCUMENT_BYTES });
  const shape = bytes && JSON.parse(new TextDecoder().decode(bytes)).shape;
  return Array.isArray(shape) && shape.length === 1 ? shape[0] : undefined;
}
