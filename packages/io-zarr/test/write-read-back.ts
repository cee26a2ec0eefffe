import * as zarr from "zarrita";

/** An element of a store as plain values, by its AnnData encoding. Reads with zarrita alone: none of our code is in it. */
export async function readBack(store: zarr.AsyncReadable, path = ""): Promise<unknown> {
  const node = await zarr.open(new zarr.Location(store, `/${path}`));
  if (node instanceof zarr.Array) return readArray(node);
  const attributes = node.attrs as Record<string, unknown>;
  const child = (name: string) => readBack(store, path === "" ? name : `${path}/${name}`);
  switch (attributes["encoding-type"]) {
    case "dataframe": {
      const columns: Record<string, unknown> = {};
      const order = attributes["column-order"] as string[];
      for (const name of order) columns[name] = await child(name);
      return { index: await child(attributes._index as string), order, columns };
    }
    case "categorical": {
      const codes = (await child("codes")) as number[];
      const categories = (await child("categories")) as string[];
      return {
        ordered: attributes.ordered,
        values: codes.map((code) => categories[code] ?? null),
        categories,
      };
    }
    case "csr_matrix": {
      const [data, indices, indptr] = await Promise.all([child("data"), child("indices"), child("indptr")]);
      return { shape: attributes.shape, data, indices, indptr };
    }
    default:
      return { attributes };
  }
}

/** Reads the elements `names` of the dict at `path`. */
export async function readDict(store: zarr.AsyncReadable, path: string, names: readonly string[]) {
  const entries = await Promise.all(
    names.map(async (name) => [name, await readBack(store, `${path}/${name}`)]),
  );
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Chunk by chunk: zarrita's `get` takes neither empty arrays nor scalars. All our chunks are as wide as their array. */
async function readArray(node: zarr.Array<zarr.DataType, zarr.AsyncReadable>): Promise<unknown> {
  const [length = 1, width] = node.shape;
  const [rowsPerChunk = 1] = node.chunks;
  const items: unknown[] = [];
  for (let chunk = 0; width !== 0 && chunk * rowsPerChunk < length; chunk++) {
    const { data } = await node.getChunk([chunk, 0].slice(0, node.shape.length));
    items.push(...Array.from(data as Iterable<unknown>, plain));
  }
  if (node.shape.length === 0) return items[0];
  if (width === undefined) return items.slice(0, length);
  return Array.from({ length }, (_, row) => items.slice(row * width, (row + 1) * width));
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
