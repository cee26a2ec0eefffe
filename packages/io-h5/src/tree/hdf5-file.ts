import type { RangeReader } from "@flashdeconv/stores";
import { damaged, hasLostLetters, lostLetters, parsing, unsupported } from "../bytes/errors.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import { readSuperblock } from "../bytes/superblock.js";
import type { Link } from "../groups/links.js";
import { readAttributes, readLinks } from "../groups/read-links.js";
import { MESSAGE, type Message, readHeader } from "../objects/object-header.js";
import { type AttributeValue, decodeAttribute } from "../values/attribute-value.js";
import { heapReader } from "../values/global-heap.js";
import type { Hdf5Type } from "../values/types.js";
import { type DatasetFacts, parseDataset } from "./dataset.js";

interface NodeBase {
  /** Without a slash at either end; the root's is empty. */
  readonly path: string;
  readonly address: number;
  /** Throws FormatError where they are damaged. */
  attributes(): Promise<Readonly<Record<string, AttributeValue>>>;
}

/** A group, whose members are read when they are asked for. */
export interface Hdf5Group extends NodeBase {
  readonly kind: "group";
  /** Names of its members, in the order in which the file has them. */
  names(): Promise<readonly string[]>;
}

/** A dataset: what its header says. Its values are read through the store. */
export interface Hdf5Dataset extends NodeBase {
  readonly kind: "dataset";
  readonly type: Hdf5Type;
  /** Undefined where there is nothing at all, not even one item. */
  readonly shape: readonly number[] | undefined;
  /** As it is stored; undefined where it is not cut into chunks. */
  readonly chunkShape: readonly number[] | undefined;
  readonly facts: DatasetFacts;
}

export type Hdf5Node = Hdf5Group | Hdf5Dataset;

/** The tree of an HDF5 file. */
export interface Hdf5File {
  readonly name: string;
  readonly bytes: FileBytes;
  /** The group or dataset at a path; undefined where there is none. Soft links are followed, within the file. */
  node(path: string): Promise<Hdf5Node | undefined>;
  /** The path, with a slash before it, of the object at an address; undefined where there is none. */
  pathOf(address: number): Promise<string | undefined>;
}

/** Links that may be followed on the way to one object. */
const MOST_HOPS = 32;
/** Objects that are looked at to find the one that a reference means. */
const MOST_OBJECTS = 2 ** 20;

/** Where old versions of anndata keep the categories that columns beside it refer to. */
const LEGACY_CATEGORIES = "__categories";

interface FileObject {
  readonly messages: readonly Message[];
  readonly isGroup: boolean;
  links(): Promise<Map<string, Link>>;
}

/** Opens an HDF5 file. Throws FormatError where it is none, is damaged, truncated or still being written. */
export async function openHdf5(reader: RangeReader, name = "the file"): Promise<Hdf5File> {
  const { bytes, rootAddress } = await readSuperblock(reader, name);
  const objects = new Map<number, Promise<FileObject>>();
  const paths = new Map<number, string>([[rootAddress, ""]]);
  const heap = heapReader(bytes);

  const load = async (address: number): Promise<FileObject> => {
    const messages = await readHeader(bytes, address);
    const has = (type: number) => messages.some((message) => message.type === type);
    let links: Promise<Map<string, Link>> | undefined;
    return {
      messages,
      isGroup:
        has(MESSAGE.symbolTable) || has(MESSAGE.linkInfo) || !(has(MESSAGE.layout) || has(MESSAGE.datatype)),
      links() {
        links ??= readLinks(bytes, messages);
        return links;
      },
    };
  };
  const objectAt = (address: number): Promise<FileObject> => {
    const known = objects.get(address) ?? load(address);
    objects.set(address, known);
    return known;
  };

  /** Address of the object at the segments of a path; undefined where there is none. */
  const find = async (
    segments: readonly string[],
    hops = { left: MOST_HOPS },
  ): Promise<number | undefined> => {
    let address = rootAddress;
    for (let i = 0; i < segments.length; i++) {
      const object = await objectAt(address);
      const link = object.isGroup ? (await object.links()).get(segments[i]) : undefined;
      if (!link) return undefined;
      const path = segments.slice(0, i + 1).join("/");
      if (hasLostLetters(segments[i])) throw lostLetters(path);
      if (link.kind === "external") {
        throw unsupported(path, "a link into another file", "groups and datasets in the file itself");
      }
      if (link.kind === "soft") {
        if (--hops.left < 0) throw damaged(path, "links that lead to each other without an end");
        const from = link.path.startsWith("/") ? [] : segments.slice(0, i);
        return find([...from, ...segmentsOf(link.path), ...segments.slice(i + 1)], hops);
      }
      address = link.address;
      if (!paths.has(address)) paths.set(address, path);
    }
    return address;
  };

  /** A path by which an object can be reached: among those met so far, else by a look at all of the file. */
  const pathOf = async (address: number): Promise<string | undefined> => {
    const waiting: [number, string][] = [[rootAddress, ""]];
    const seen = new Set<number>([rootAddress]);
    for (let next = 0; !paths.has(address) && next < waiting.length && seen.size < MOST_OBJECTS; next++) {
      const [at, path] = waiting[next];
      const object = await objectAt(at);
      if (!object.isGroup) continue;
      for (const [name, link] of await object.links()) {
        if (link.kind !== "object" || seen.has(link.address)) continue;
        seen.add(link.address);
        const below = path === "" ? name : `${path}/${name}`;
        if (!paths.has(link.address)) paths.set(link.address, below);
        waiting.push([link.address, below]);
      }
    }
    const found = paths.get(address);
    return found === undefined ? undefined : `/${found}`;
  };

  /** As attributes of an object at `owner` say it: counted from the group that holds that, where it lies there and is not the root; else with a slash. */
  const relativeTo = (owner: string) => async (address: number) => {
    const group = await objectAt((await find(segmentsOf(owner).slice(0, -1))) ?? rootAddress);
    for (const [name, link] of !owner.includes("/") || !group.isGroup ? [] : await group.links()) {
      if (link.kind !== "object") continue;
      if (link.address === address) return name;
      const object = name === LEGACY_CATEGORIES ? await objectAt(link.address) : undefined;
      for (const [inner, below] of object?.isGroup ? await object.links() : []) {
        if (below.kind === "object" && below.address === address) return `${name}/${inner}`;
      }
    }
    return pathOf(address);
  };

  const attributesOf = (path: string, { messages }: FileObject) =>
    parsing(path || "the file's root", async () => {
      const values: Record<string, AttributeValue> = {};
      for (const attribute of await readAttributes(bytes, messages)) {
        const value = await decodeAttribute({ bytes, heap, pathOf: relativeTo(path) }, attribute);
        const own = { value, enumerable: true, configurable: true, writable: true };
        Object.defineProperty(values, attribute.name, own);
      }
      return values;
    });

  return {
    name,
    bytes,
    pathOf,
    node: (path) =>
      parsing(path || "the file's root", async () => {
        const segments = segmentsOf(path);
        const address = await find(segments);
        if (address === undefined) return undefined;
        const object = await objectAt(address);
        const base = { path: segments.join("/"), address, attributes: () => attributesOf(path, object) };
        if (object.isGroup) {
          const names = () =>
            parsing(path || "the file's root", async () => [...(await object.links()).keys()]);
          return { ...base, kind: "group", names };
        }
        if (!object.messages.some(({ type }) => type === MESSAGE.layout)) return undefined;
        const facts = parseDataset(bytes, object.messages);
        const chunkShape = facts.layout.kind === "chunked" ? facts.layout.chunkShape : undefined;
        return { ...base, kind: "dataset", type: facts.type, shape: facts.space.shape, chunkShape, facts };
      }),
  };
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}
