import type { CentroidSum } from "./centroid.js";

/**
 * Adds a geometry in well-known binary (OGC 06-103r4, with the dimensions of ISO or of PostGIS) to a sum: points, polygons, and
 * collections of them. Throws RangeError for bytes that end early, Error for another kind of geometry.
 */
export function addWkb(bytes: Uint8Array, sum: CentroidSum): void {
  new WkbReader(bytes, sum).geometry();
}

/** PostGIS marks further axes and an identifier in the highest bits, ISO by thousands. */
const HAS_Z = 0x80000000;
const HAS_M = 0x40000000;
const HAS_ID = 0x20000000;

class WkbReader {
  readonly #view: DataView;
  readonly #sum: CentroidSum;
  #at = 0;
  #isLittle = true;

  constructor(bytes: Uint8Array, sum: CentroidSum) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#sum = sum;
  }

  geometry(): void {
    this.#isLittle = this.#view.getUint8(this.#at) === 1;
    this.#at++;
    const code = this.#count();
    const thousands = Math.floor((code & 0xffff) / 1000);
    if (code & HAS_ID) this.#at += 4;
    const axisCount =
      2 +
      Number((code & HAS_Z) !== 0 || thousands === 1 || thousands === 3) +
      Number((code & HAS_M) !== 0 || thousands === 2 || thousands === 3);
    switch ((code & 0xffff) % 1000) {
      case 1:
        this.#point(axisCount);
        return;
      case 3:
        this.#polygon(axisCount);
        return;
      case 4: // several points
      case 6: // several polygons
      case 7: // several of any kind
        for (let left = this.#count(); left > 0; left--) this.geometry();
        return;
      default:
        throw new Error(`a geometry of kind ${code & 0xffff}`);
    }
  }

  #point(axisCount: number): void {
    const x = this.#number(0);
    const y = this.#number(1);
    this.#at += 8 * axisCount;
    // An empty point has NaN for coordinates.
    if (!Number.isNaN(x) || !Number.isNaN(y)) this.#sum.add(x, y);
  }

  #polygon(axisCount: number): void {
    const ringCount = this.#count();
    for (let ring = 0; ring < ringCount; ring++) {
      for (let left = this.#count(); left > 0; left--) {
        this.#sum.vertex(this.#number(0), this.#number(1));
        this.#at += 8 * axisCount;
      }
      this.#sum.endRing(ring > 0);
    }
  }

  #count(): number {
    const value = this.#view.getUint32(this.#at, this.#isLittle);
    this.#at += 4;
    return value;
  }

  #number(axis: number): number {
    return this.#view.getFloat64(this.#at + 8 * axis, this.#isLittle);
  }
}

/** A position of GeoArrow: a struct of coordinates, or a list of them. */
type Position = { readonly x: number; readonly y: number } | readonly number[];

/** How deep lists of positions lie in a GeoArrow column of the given encoding; undefined for one that is not known. */
export function geoArrowDepth(encoding: string): number | undefined {
  const depth = ["point", "multipoint", "polygon", "multipolygon"].indexOf(encoding.toLowerCase());
  return depth < 0 ? undefined : depth;
}

/** Adds a geometry of a GeoArrow column to a sum: a position in 0 (point) to 3 (polygons of rings of positions) lists. */
export function addGeoArrow(value: unknown, depth: number, sum: CentroidSum): void {
  if (value === null || value === undefined) return;
  if (depth === 0) {
    sum.add(...xy(value));
    return;
  }
  const items = value as readonly unknown[];
  if (depth !== 2) {
    for (const item of items) addGeoArrow(item, depth - 1, sum);
    return;
  }
  for (const [ring, positions] of items.entries()) {
    for (const position of positions as readonly unknown[]) sum.vertex(...xy(position));
    sum.endRing(ring > 0);
  }
}

function xy(position: unknown): [number, number] {
  const at = position as Position;
  return "x" in at ? [at.x, at.y] : [at[0], at[1]];
}
