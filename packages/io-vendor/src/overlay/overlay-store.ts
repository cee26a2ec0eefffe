import type { ReadableStore, StoreKey } from "@flashdeconv/stores";
import { type Attributes, arrayBytes, arrayDocument, type MadeArray } from "./made-array.js";

/**
 * A node of an overlay: a group of its own, what lies at another path of a store (with its own attributes where some are given), or an array
 * that is made when it is asked for.
 */
export type OverlayNode =
  | { readonly kind: "group"; readonly attributes: Attributes }
  | {
      readonly kind: "alias";
      readonly of: ReadableStore;
      readonly path: string;
      readonly attributes?: Attributes;
    }
  | { readonly kind: "made"; readonly attributes: Attributes; make(): Promise<MadeArray> };

/** Nodes by their path, without a slash at either end; the root's is empty. A group is listed with all its groups above. */
export type OverlayTree = ReadonlyMap<string, OverlayNode>;

/** A Zarr v2 store that shows parts of another under names of its own. All else of the store, such as its bounds, is `base`'s. */
export function overlayStore(base: ReadableStore, tree: OverlayTree): ReadableStore {
  const made = new Map<string, Promise<MadeArray>>();
  const makeOnce = (path: string, make: () => Promise<MadeArray>) => {
    const known = made.get(path) ?? make();
    made.set(path, known);
    // What failed, such as by an abort, is made anew by the next caller.
    known.catch(() => made.delete(path));
    return known;
  };
  return {
    name: base.name,
    readAheadBytes: base.readAheadBytes,
    mostBytes: base.mostBytes,
    heldBytes: base.heldBytes,
    async get(key, options) {
      const place = placeOf(tree, key);
      if (!place) return undefined;
      const { node, path, rest } = place;
      const attributes = "attributes" in node ? node.attributes : undefined;
      if (rest === ".zattrs" && attributes) return jsonBytes(attributes);
      if (node.kind === "alias") return node.of.get(aliasKey(node.path, rest), options);
      if (node.kind === "group") return rest === ".zgroup" ? jsonBytes({ zarr_format: 2 }) : undefined;
      if (rest !== ".zarray" && !/^0?(\.0)*$/.test(rest)) return undefined;
      const array = await makeOnce(path, node.make);
      return rest === ".zarray" ? jsonBytes(arrayDocument(array)) : arrayBytes(array);
    },
    async getRange(key, range, options) {
      const place = placeOf(tree, key);
      if (place?.node.kind !== "alias") {
        const bytes = await this.get(key, options);
        if (!bytes) return undefined;
        if ("suffixLength" in range) return bytes.slice(Math.max(0, bytes.length - range.suffixLength));
        return bytes.slice(range.offset, range.offset + range.length);
      }
      const { of, path } = place.node;
      return of.getRange?.(aliasKey(path, place.rest), range, options);
    },
    async list(path, options) {
      const group = path.replace(/^\/|\/$/g, "");
      const prefix = group === "" ? "" : `${group}/`;
      const names = new Set<string>();
      for (const inner of tree.keys()) {
        if (inner !== group && inner.startsWith(prefix)) names.add(inner.slice(prefix.length).split("/")[0]);
      }
      const place = placeOf(tree, `/${prefix}.zgroup`);
      if (place?.node.kind === "alias") {
        const below = aliasKey(place.node.path, place.rest.replace(/\/?\.zgroup$/, ""));
        for (const name of (await place.node.of.list?.(below, options)) ?? []) names.add(name);
      }
      return [...names];
    },
    fingerprint:
      base.fingerprint &&
      (({ signal, most } = {}) => base.fingerprint?.({ signal, most }) ?? Promise.resolve({})),
  };
}

interface NodePlace {
  readonly node: OverlayNode;
  readonly path: string;
  /** What is left of the key below the node. */
  readonly rest: string;
}

/** The deepest node that a key lies in; a group answers for its own documents alone. */
function placeOf(tree: OverlayTree, key: string): NodePlace | undefined {
  const parts = key.slice(1).split("/");
  for (let length = parts.length - 1; length >= 0; length--) {
    const path = parts.slice(0, length).join("/");
    const node = tree.get(path);
    if (!node) continue;
    const rest = parts.slice(length).join("/");
    return node.kind !== "alias" && rest.includes("/") ? undefined : { node, path, rest };
  }
  return undefined;
}

function aliasKey(path: string, rest: string): StoreKey {
  return `/${[path, rest].filter((part) => part !== "").join("/")}`;
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
