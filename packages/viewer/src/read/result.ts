import { join } from "@flashdeconv/io-zarr/arrays/internal";
import { texelAt } from "@flashdeconv/maps/internal";
import { eachBlock } from "./blocks.js";
import { BoundedCache } from "./bounded-cache.js";
import { type Facts, readFacts } from "./facts.js";
import { type Layer, type Plane, paintColumns } from "./fields.js";
import { layOut, MOST_POINTS, type Placed, spotsOf, texelsOn } from "./ground.js";
import type { Layout } from "./layout.js";
import { SHARES } from "./paint.js";
import { findPositions } from "./positions.js";
import { type Pyramid, readPlane } from "./pyramid.js";
import type { Root } from "./root.js";
import { readSpot, type Spot } from "./spot.js";
import type { Values } from "./values.js";
import { keyOf, type What } from "./what.js";

/** Bytes of planes that are kept. */
const KEPT_BYTES = 192 * 2 ** 20;
/** The first picture of a large section is one whose plane lies in one chunk. */
const FIRST_TEXELS = 512;

/** How spots divide by their largest type. */
export interface Shares {
  /** Spots in which each type is the largest. */
  readonly largestIn: Float64Array;
  readonly withoutAnswer: number;
}

export interface ResultParts {
  readonly root: Root;
  readonly layout: Layout;
  readonly values: Values;
  readonly keys: readonly string[];
  /** #rrggbb of each type. */
  readonly colors: readonly string[];
  readonly pyramid: Pyramid | undefined;
}

/** A result of deconvolution, of which what is asked for is read where it lies and kept while there is room. */
export class Result {
  /** Keys of all results in the store. */
  readonly keys: readonly string[];
  readonly layout: Layout;
  readonly colors: readonly string[];
  readonly root: Root;
  readonly values: Values;
  readonly #pyramid: Pyramid | undefined;
  readonly #planes = new BoundedCache<Plane>(KEPT_BYTES);
  #placed: Promise<Placed> | undefined;
  #known: Placed | undefined;
  #spots: Int32Array | undefined;

  constructor({ root, layout, values, keys, colors, pyramid }: ResultParts) {
    this.root = root;
    this.layout = layout;
    this.keys = keys;
    this.colors = colors;
    this.values = values;
    // Spots that lie on no lattice are better seen one by one, where they are few.
    const isOfPoints = !pyramid?.levels[0]?.frame.isLattice && layout.spotCount <= MOST_POINTS;
    this.#pyramid = isOfPoints ? undefined : pyramid;
  }

  get key(): string {
    return this.layout.key;
  }

  /** Whether pictures were written with the result, so that the first one takes few requests. */
  get hasMaps(): boolean {
    return this.#pyramid !== undefined;
  }

  /**
   * Where to draw something: the coarsest level that shows each texel at most `mostWidth` units wide; without it, the one to begin with.
   * Columns have one level only.
   */
  async layer(
    what: What,
    { mostWidth, signal }: { mostWidth?: number; signal?: AbortSignal } = {},
  ): Promise<Layer> {
    const levels = this.#pyramid?.levels ?? [];
    if (levels.length > 0 && isDrawn(what)) {
      const fits = ({ frame }: (typeof levels)[number]) =>
        mostWidth === undefined
          ? Math.max(frame.width, frame.height) <= FIRST_TEXELS
          : Math.hypot(frame.matrix[0], frame.matrix[3]) <= mostWidth;
      // From the finest on, as no level is finer than wanted by accident.
      const index =
        mostWidth === undefined
          ? Math.max(0, levels.findIndex(fits))
          : Math.max(0, levels.findLastIndex(fits));
      return { id: `level ${index}`, ground: { kind: "texels", frame: levels[index].frame } };
    }
    const { ground } = await this.placed(signal);
    return { id: levels.length > 0 ? "level 0" : "spots", ground };
  }

  /** Where spots lie. Read once; tried again after a failure. */
  async placed(signal?: AbortSignal): Promise<Placed> {
    this.#placed ??= this.#place(signal).catch((error) => {
      this.#placed = undefined;
      throw error;
    });
    return this.#placed;
  }

  async #place(signal?: AbortSignal): Promise<Placed> {
    const { key, spotCount } = this.layout;
    const read = await findPositions(this.root.hierarchy, key, signal);
    const frame = this.#pyramid?.levels[0]?.frame;
    this.#known =
      frame === undefined
        ? await layOut(read, spotCount, signal)
        : { ground: { kind: "texels", frame }, texels: await texelsOn(frame, read, { spotCount, signal }) };
    return this.#known;
  }

  /** What is held of a layer, without reading. */
  held(layer: Layer, what: What): Plane | undefined {
    return this.#planes.get(`${layer.id} ${keyOf(what)}`);
  }

  async plane(layer: Layer, what: What, signal?: AbortSignal): Promise<Plane> {
    const held = this.held(layer, what);
    if (held) return held;
    const plane = await this.#read(layer, what, signal);
    return this.#planes.set(`${layer.id} ${keyOf(what)}`, plane, plane.bytes.length);
  }

  async #read(layer: Layer, what: What, signal?: AbortSignal): Promise<Plane> {
    const { typeNames } = this.layout;
    const level = this.#pyramid?.levels[Number(/^level (\d+)$/.exec(layer.id)?.[1] ?? Number.NaN)];
    if (level === undefined || !isDrawn(what)) {
      const columns = { layout: this.layout, values: this.values };
      return paintColumns(columns, await this.placed(signal), { what, signal });
    }
    if (what.kind === "type") {
      return { bytes: await readPlane(level, what.type, signal), scale: SHARES, classes: undefined };
    }
    return { bytes: await readPlane(level, typeNames.length, signal), scale: undefined, classes: typeNames };
  }

  /** The spot that lies on a point or texel of a layer, at a place in units of the positions; undefined where none or several do, or positions are not read yet. */
  spotAt({ ground }: Layer, site: number, [x, y]: readonly [number, number]): number | undefined {
    if (ground.kind === "points") return site;
    const base = this.#known?.ground;
    if (base?.kind !== "texels" || !base.frame.isLattice || !this.#known?.texels) return undefined;
    const { frame } = base;
    this.#spots ??= spotsOf(this.#known.texels, frame.width * frame.height);
    const texel = texelAt(frame, x, y);
    const spot = texel < 0 ? -1 : this.#spots[texel];
    return spot < 0 ? undefined : spot;
  }

  /** Spots on points or texels of a layer, in rising order. */
  async spotsOn({ ground, id }: Layer, sites: Uint32Array, signal?: AbortSignal): Promise<Uint32Array> {
    if (ground.kind === "points") return sites;
    const { ground: base, texels } = await this.placed(signal);
    if (base.kind !== "texels" || texels === undefined) return sites;
    const halvings = Number(/^level (\d+)$/.exec(id)?.[1] ?? 0);
    const { width } = ground.frame;
    const isIn = new Uint8Array(width * ground.frame.height);
    for (const site of sites) isIn[site] = 1;
    const isSelected = (texel: number) => {
      if (texel < 0) return false;
      const row = Math.floor(texel / base.frame.width);
      const column = texel - row * base.frame.width;
      return isIn[(row >> halvings) * width + (column >> halvings)] === 1;
    };
    // Counted first: a list that grows takes several times as much.
    let count = 0;
    for (let spot = 0; spot < texels.length; spot++) if (isSelected(texels[spot])) count++;
    const spots = new Uint32Array(count);
    for (let [spot, at] = [0, 0]; at < count; spot++) if (isSelected(texels[spot])) spots[at++] = spot;
    return spots;
  }

  spot(index: number, signal?: AbortSignal): Promise<Spot> {
    return readSpot({ layout: this.layout, values: this.values }, index, signal);
  }

  facts(signal?: AbortSignal): Promise<Facts> {
    return readFacts(this.root.hierarchy, this.key, signal);
  }

  /** Reads the largest type of every spot. */
  async shares(signal?: AbortSignal): Promise<Shares | undefined> {
    const { typeNames, key } = this.layout;
    const path = join("obs", `${key}_dominant`);
    const categories = await this.values.categories(path, signal);
    if (categories.length === 0) return undefined;
    const types = categories.map((name) => typeNames.indexOf(name));
    const largestIn = new Float64Array(typeNames.length);
    let withoutAnswer = 0;
    const count = (codes: ArrayLike<number>) => {
      for (let i = 0; i < codes.length; i++) {
        const type = types[codes[i]] ?? -1;
        if (type < 0) withoutAnswer++;
        else largestIn[type]++;
      }
    };
    await eachBlock(await this.values.array(join(path, "codes")), count, { signal });
    return { largestIn, withoutAnswer };
  }
}

/** Whether the pictures that are written with a result have it. */
function isDrawn(what: What): boolean {
  return what.kind === "largest" || (what.kind === "type" && what.table === "");
}
