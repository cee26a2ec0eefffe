import type { ListedStore } from "@flashdeconv/stores";
import { withStore } from "../src/stores/with-store.js";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

/** Names of all chunks of an array. */
function chunksOf(shape: readonly number[], chunks: readonly number[]): string[] {
  return shape.reduce<string[]>(
    (names, length, axis) =>
      Array.from({ length: Math.ceil(length / chunks[axis]) }, (_, at) => at).flatMap((at) =>
        names.map((name) => (name === "" ? `${at}` : `${name}.${at}`)),
      ),
    [""],
  );
}

/** All documents and bytes of an h5ad by element: types, shapes, chunks, attributes and values. */
export function h5adContent(path: string): Promise<Map<string, string>> {
  return withStore(path, {}, async (opened) => {
    const store = opened as unknown as ListedStore;
    const content = new Map<string, string>();
    const keep = async (key: `/${string}`) => {
      const bytes = await store.get(key);
      if (bytes)
        content.set(key, /\/\.z\w+$/.test(key) ? text(bytes) : Buffer.from(bytes).toString("base64"));
      return bytes && text(bytes);
    };
    const visit = async (place: `/${string}` | ""): Promise<void> => {
      await keep(`${place}/.zattrs`);
      const array = await keep(`${place}/.zarray`);
      if (array === undefined) {
        for (const name of await store.list(place || "/")) await visit(`${place}/${name}`);
        return;
      }
      const { shape, chunks } = JSON.parse(array);
      for (const name of chunksOf(shape, chunks)) await keep(`${place}/${name === "" ? "0" : name}`);
    };
    await visit("");
    return content;
  });
}
