import {
  type Hierarchy,
  join,
  openArray,
  openDataframe,
  type PackedStrings,
  packPiece,
  readStrings,
  type ZarrArray,
} from "@flashdeconv/io-zarr/arrays/internal";
import { type Numbers, openNumbers, readBlock } from "./blocks.js";
import { BoundedCache } from "./bounded-cache.js";
import { Pauses } from "./pauses.js";
import { hasNode } from "./root.js";

/** Bytes of chunks that are kept, so that the next spot costs nothing. */
const KEPT_BYTES = 96 * 2 ** 20;

/** Reads single values of columns. The chunks that these lie in are kept while there is room. */
export class Values {
  readonly #hierarchy: Hierarchy;
  readonly #blocks = new BoundedCache<Numbers | PackedStrings>(KEPT_BYTES);
  readonly #arrays = new Map<string, ZarrArray>();
  readonly #categories = new Map<string, readonly string[]>();

  constructor(hierarchy: Hierarchy) {
    this.#hierarchy = hierarchy;
  }

  /** The array of numbers at a path. */
  async array(path: string): Promise<ZarrArray> {
    const array = this.#arrays.get(path) ?? (await openNumbers(this.#hierarchy, path));
    this.#arrays.set(path, array);
    return array;
  }

  async number(path: string, index: number, signal?: AbortSignal): Promise<number> {
    const array = await this.array(path);
    const [length] = array.metadata.chunkShape;
    const block = Math.floor(index / length);
    const key = `${path}:${block}`;
    const held = this.#blocks.get(key) as Numbers | undefined;
    const values = held ?? (await readBlock(array, block, signal));
    if (held === undefined) this.#blocks.set(key, values, 8 * values.length);
    return values[index - block * length];
  }

  /** The names of a categorical column's classes. */
  async categories(column: string, signal?: AbortSignal): Promise<readonly string[]> {
    const held = this.#categories.get(column);
    if (held) return held;
    const names = (await hasNode(this.#hierarchy, column, "categories"))
      ? await this.#texts(join(column, "categories"), signal)
      : [];
    this.#categories.set(column, names);
    return names;
  }

  async #texts(path: string, signal?: AbortSignal): Promise<readonly string[]> {
    const node = await this.#hierarchy.node(path);
    if (node?.kind !== "array") return [];
    const array = openArray(this.#hierarchy, node);
    if (node.metadata.dataType.kind === "string") return readStrings(array, signal);
    return Array.from(await readBlock(array, 0, signal), String);
  }

  /** Texts of an array of them; undefined where it is none. */
  async texts(path: string, signal?: AbortSignal): Promise<readonly string[] | undefined> {
    const node = await this.#hierarchy.node(path);
    const isTexts = node?.kind === "array" && node.metadata.dataType.kind === "string";
    return isTexts && node.metadata.shape.length === 1
      ? readStrings(openArray(this.#hierarchy, node), signal)
      : undefined;
  }

  /** Names of spots, in the order in which these are given, which must rise; numbers where spots have no names as text. */
  async spotNames(spots: ArrayLike<number>, signal?: AbortSignal): Promise<string[]> {
    const array = await this.#nameArray();
    if (array === undefined) return Array.from(spots, (spot) => `${spot}`);
    const [length] = array.metadata.chunkShape;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const pauses = new Pauses();
    const names: string[] = [];
    for (let i = 0; i < spots.length; ) {
      const block = Math.floor(spots[i] / length);
      const { bytes, offsets } = await this.#packed(array, block, signal);
      for (; i < spots.length && spots[i] < (block + 1) * length; i++) {
        const at = spots[i] - block * length;
        names.push(decoder.decode(bytes.subarray(offsets[at], offsets[at + 1])));
      }
      await pauses.take(signal);
    }
    return names;
  }

  async #nameArray(): Promise<ZarrArray | undefined> {
    const { indexName } = await openDataframe(this.#hierarchy, "obs");
    const node = await this.#hierarchy.node(join("obs", indexName));
    const isTexts = node?.kind === "array" && node.metadata.dataType.kind === "string";
    return isTexts ? openArray(this.#hierarchy, node) : undefined;
  }

  async #packed(array: ZarrArray, block: number, signal?: AbortSignal): Promise<PackedStrings> {
    const key = `${array.path}:${block}`;
    const held = this.#blocks.get(key) as PackedStrings | undefined;
    if (held) return held;
    const { shape, chunkShape } = array.metadata;
    const chunk = await array.readChunk([block], "refuse", signal);
    const packed = packPiece(
      array,
      chunk?.data,
      0,
      Math.min(chunkShape[0], shape[0] - block * chunkShape[0]),
    );
    this.#blocks.set(key, packed, packed.bytes.length + packed.offsets.byteLength);
    return packed;
  }
}
