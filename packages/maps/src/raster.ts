import type { Coordinates } from "@flashdeconv/core";
import type { MapFrame } from "./map-frame.js";

/** A picture of at most 256 colours: a byte per pixel. */
export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** Row by row from the top, each a place in the palette. */
  readonly pixels: Uint8Array;
  /** Red, green and blue of each colour. */
  readonly palette: Uint8Array;
  /** How opaque the first colours are; those that are left out are opaque. */
  readonly alpha?: Uint8Array;
}

/** Below this many pixels a disc is drawn as a square: it would look the same, with gaps. */
const SMALLEST_DISC = 3;

/**
 * Spots on the pixels of a frame. What is shown of spots is gathered at sites: a site per spot where spots take a pixel or more, else a
 * site per pixel, that several spots share.
 */
export class Raster {
  readonly siteCount: number;
  /** Whether each spot has a site of its own. */
  readonly isPerSpot: boolean;
  /** Spots that are hidden by others which lie in the same place. */
  readonly hiddenCount: number;
  /** The spot that a pixel shows, -1 for none. */
  readonly #owners: Int32Array | undefined;

  constructor(
    readonly frame: MapFrame,
    readonly coordinates: Coordinates,
  ) {
    const { width, height, spotSize } = frame;
    this.isPerSpot = spotSize >= 1;
    this.siteCount = this.isPerSpot ? coordinates.values.length / coordinates.dimension : width * height;
    this.hiddenCount = 0;
    if (!this.isPerSpot) return;
    this.#owners = ownersOf(frame, coordinates);
    const seen = new Uint8Array(this.siteCount);
    for (const spot of this.#owners) if (spot >= 0) seen[spot] = 1;
    for (const one of seen) this.hiddenCount += 1 - one;
  }

  /** The site that a spot belongs to. */
  siteOf(spot: number): number {
    if (this.isPerSpot) return spot;
    const { width, height, left, top, scale } = this.frame;
    const { dimension, values } = this.coordinates;
    const x = Math.min(width - 1, Math.floor((values[spot * dimension] - left) * scale));
    const y = Math.min(height - 1, Math.floor((values[spot * dimension + 1] - top) * scale));
    return y * width + x;
  }

  /** Pixels of a value per site; where no spot is they are 0. */
  paint(sites: Uint8Array): Uint8Array {
    if (this.#owners === undefined) return sites;
    return Uint8Array.from(this.#owners, (spot) => (spot < 0 ? 0 : sites[spot]));
  }
}

/** For each pixel the spot whose centre is nearest, the first of equals, among those that cover it. */
function ownersOf(frame: MapFrame, { dimension, values }: Coordinates): Int32Array {
  const { width, height, scale, left, top, spotSize, isSquare } = frame;
  const owners = new Int32Array(width * height).fill(-1);
  const distances = new Float32Array(width * height).fill(Infinity);
  const radius = spotSize / 2;
  const isDisc = !isSquare && spotSize >= SMALLEST_DISC;
  for (let spot = 0; spot * dimension < values.length; spot++) {
    const x = (values[spot * dimension] - left) * scale;
    const y = (values[spot * dimension + 1] - top) * scale;
    // Pixels whose middle is covered, and always the one that holds the centre.
    const [fromX, toX] = covered(x, radius, width);
    const [fromY, toY] = covered(y, radius, height);
    for (let row = fromY; row <= toY; row++) {
      for (let column = fromX; column <= toX; column++) {
        const [dx, dy] = [column + 0.5 - x, row + 0.5 - y];
        const distance = Math.fround(dx * dx + dy * dy);
        if (isDisc && distance > radius * radius) continue;
        const pixel = row * width + column;
        if (distance >= distances[pixel]) continue;
        distances[pixel] = distance;
        owners[pixel] = spot;
      }
    }
  }
  return owners;
}

function covered(center: number, radius: number, size: number): [from: number, to: number] {
  const own = Math.min(size - 1, Math.max(0, Math.floor(center)));
  // Positions are rounded: a border on the middle of a pixel does not take both.
  const from = Math.max(0, Math.ceil(center - radius - 0.5 - 1e-4));
  const to = Math.min(size - 1, Math.ceil(center + radius - 0.5 - 1e-4) - 1);
  return [Math.min(from, own), Math.max(to, own)];
}
