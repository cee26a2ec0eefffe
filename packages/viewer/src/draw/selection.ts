import type { TexelFrame } from "@flashdeconv/maps/internal";
import type { PointGround } from "../contracts.js";
import type { Point } from "./camera.js";
import type { SpotGrid } from "./spot-grid.js";

/** Texels, column + row x width, whose middles lie inside of a closed path in units of the positions, and for which `isThere`; in rising order. */
export function texelsInside(
  frame: TexelFrame,
  path: readonly Point[],
  isThere: (texel: number) => boolean,
): Uint32Array {
  const { matrix: m, shift, width, height } = frame;
  const determinant = m[0] * m[4] - m[1] * m[3];
  if (!(Math.abs(determinant) > 0)) return new Uint32Array(0);
  // In texels each row is a line along which one looks.
  const inTexels = path.map(([x, y]): Point => {
    const [dx, dy] = [x - m[2], y - m[5]];
    return [(m[4] * dx - m[1] * dy) / determinant, (m[0] * dy - m[3] * dx) / determinant];
  });
  const rows = inTexels.map(([, row]) => row);
  const found = new Uint32List();
  const last = Math.min(height - 1, Math.floor(Math.max(...rows)));
  for (let row = Math.max(0, Math.ceil(Math.min(...rows))); row <= last; row++) {
    const along = row % 2 === 0 ? 0 : shift;
    for (const [from, to] of spansAt(inTexels, row)) {
      const end = Math.min(width - 1, Math.ceil(to - along) - 1);
      for (let column = Math.max(0, Math.ceil(from - along)); column <= end; column++) {
        const texel = row * width + column;
        if (isThere(texel)) found.push(texel);
      }
    }
  }
  return found.values();
}

/** Spots that lie inside of a closed path in units of the positions, and for which `isThere`; in rising order. */
export function spotsInside(
  ground: PointGround,
  grid: SpotGrid,
  path: readonly Point[],
  isThere: (spot: number) => boolean,
): Uint32Array {
  const { places, origin } = ground;
  const own = path.map(([x, y]): Point => [x - origin[0], y - origin[1]]);
  const [xs, ys] = [own.map(([x]) => x), own.map(([, y]) => y)];
  const found = new Uint32List();
  const corner = [Math.max(...xs), Math.max(...ys)] as const;
  for (const [from, to] of grid.runsWithin(Math.min(...xs), Math.min(...ys), corner)) {
    for (let at = from; at < to; at++) {
      const spot = grid.order[at];
      if (isInside(own, [places[2 * spot], places[2 * spot + 1]]) && isThere(spot)) found.push(spot);
    }
  }
  return found.values().sort();
}

/** Whether a path goes around a point, however often. A point on it may lie on either side; of paths side by side it is in one. */
export function isInside(path: readonly Point[], [x, y]: Point): boolean {
  return spansAt(path, y).some(([from, to]) => from <= x && x < to);
}

/** What of a horizontal line lies inside of a path: from one x up to and without another, in rising order. */
function spansAt(path: readonly Point[], y: number): Point[] {
  const crossings: { x: number; turn: number }[] = [];
  let [x0, y0] = path[path.length - 1] ?? [0, 0];
  for (const [x1, y1] of path) {
    if (y0 <= y !== y1 <= y) {
      crossings.push({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 });
    }
    [x0, y0] = [x1, y1];
  }
  crossings.sort((a, b) => a.x - b.x);
  const spans: Point[] = [];
  let turns = 0;
  for (const [i, { x, turn }] of crossings.entries()) {
    turns += turn;
    if (turns !== 0) spans.push([x, crossings[i + 1].x]);
  }
  return spans;
}

/** Numbers of which it is not known how many there will be. */
class Uint32List {
  #values = new Uint32Array(1024);
  #count = 0;

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const more = new Uint32Array(2 * this.#count);
      more.set(this.#values);
      this.#values = more;
    }
    this.#values[this.#count++] = value;
  }

  values(): Uint32Array {
    return this.#values.slice(0, this.#count);
  }
}
