import type { ReadableStore } from "@flashdeconv/stores";

/** The part of a store below a path (no slash at either end), as a store of its own; its name ends in the path. */
export function storeBelow(store: ReadableStore, path: string): ReadableStore {
  if (path === "") return store;
  const { name, readAheadBytes, mostBytes, heldBytes, givesAway, getRange, list } = store;
  const inner = (key: `/${string}`): `/${string}` => `/${path}${key === "/" ? "" : key}`;
  return {
    ...(name !== undefined && { name: `${name}/${path}` }),
    ...(readAheadBytes !== undefined && { readAheadBytes }),
    ...(mostBytes !== undefined && { mostBytes }),
    ...(heldBytes !== undefined && { heldBytes }),
    ...(givesAway !== undefined && { givesAway }),
    get: (key, options) => store.get(inner(key), options),
    ...(getRange && { getRange: (key, range, options) => getRange.call(store, inner(key), range, options) }),
    ...(list && { list: (key, options) => list.call(store, inner(key), options) }),
  };
}
