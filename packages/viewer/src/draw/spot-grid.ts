/** Runs of places in `order`: from one, up to and without another. */
export type Run = readonly [from: number, to: number];

/** With more rows in view their places are taken as one run, with what lies beside them. */
const MOST_RUNS = 64;

/**
 * Finds spots by where they lie: a grid of at most about as many cells as spots, row by row, and the spots in the order of their cells.
 * 8 bytes for each spot. Spots whose places are no numbers are in no cell.
 */
export class SpotGrid {
  /** Spots in the order of their cells. */
  readonly order: Uint32Array;
  /** Where in `order` each cell's spots begin. */
  readonly #starts: Uint32Array;
  readonly #places: Float32Array;
  readonly #columns: number;
  readonly #rows: number;
  readonly #left: number;
  readonly #top: number;
  /** Width of a cell. */
  readonly #side: number;

  /** @param places x and y of each spot */
  constructor(places: Float32Array) {
    this.#places = places;
    const { count, left, top, right, bottom } = measure(places);
    this.#left = left;
    this.#top = top;
    const [width, height] = [right - left, bottom - top];
    // Half as many cells as spots, along a line likewise: never more than spots, but for a few.
    const side =
      Math.max(Math.sqrt((2 * width * height) / count), (2 * Math.max(width, height)) / count) || 1;
    this.#side = side;
    this.#columns = Math.floor(width / side) + 1;
    this.#rows = Math.floor(height / side) + 1;
    const starts = new Uint32Array(this.#columns * this.#rows + 1);
    const spotCount = places.length / 2;
    for (let i = 0; i < spotCount; i++) {
      const cell = this.#cellOf(i);
      if (cell >= 0) starts[cell]++;
    }
    for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
    this.order = new Uint32Array(count);
    // Now a cell's end stands there; filled from behind, it becomes its begin.
    for (let i = spotCount - 1; i >= 0; i--) {
      const cell = this.#cellOf(i);
      if (cell >= 0) this.order[--starts[cell]] = i;
    }
    this.#starts = starts;
  }

  /** Bytes that it takes beside the places. */
  get bytes(): number {
    return this.order.byteLength + this.#starts.byteLength;
  }

  /** The spot nearest to a place, at most `reach` away, the first of equals; -1 where there is none. */
  nearest(x: number, y: number, reach: number): number {
    let found = -1;
    let least = reach * reach;
    for (const [from, to] of this.runsWithin(x - reach, y - reach, [x + reach, y + reach])) {
      for (let at = from; at < to; at++) {
        const spot = this.order[at];
        const [dx, dy] = [this.#places[2 * spot] - x, this.#places[2 * spot + 1] - y];
        const distance = dx * dx + dy * dy;
        if (distance < least || (distance === least && (found < 0 || spot < found))) {
          found = spot;
          least = distance;
        }
      }
    }
    return found;
  }

  /** Runs of `order` with all spots in a rectangle, and some near to it: few runs, in rising order. */
  runsWithin(left: number, top: number, [right, bottom]: readonly [right: number, bottom: number]): Run[] {
    const [first, last] = [this.#column(left), this.#column(right)];
    const [upper, lower] = [this.#row(top), this.#row(bottom)];
    const isBeside = right < this.#left || bottom < this.#top || left > this.#right || top > this.#bottom;
    if (isBeside || !(left <= right && top <= bottom)) return [];
    const run = (from: number, to: number): Run => [this.#starts[from], this.#starts[to + 1]];
    const isWhole = first === 0 && last === this.#columns - 1;
    if (isWhole || lower - upper >= MOST_RUNS) {
      return [run(upper * this.#columns + first, lower * this.#columns + last)];
    }
    return Array.from({ length: lower - upper + 1 }, (_, i) => {
      const row = (upper + i) * this.#columns;
      return run(row + first, row + last);
    });
  }

  get #right(): number {
    return this.#left + this.#columns * this.#side;
  }

  get #bottom(): number {
    return this.#top + this.#rows * this.#side;
  }

  #column(x: number): number {
    return clamp(Math.floor((x - this.#left) / this.#side), this.#columns - 1);
  }

  #row(y: number): number {
    return clamp(Math.floor((y - this.#top) / this.#side), this.#rows - 1);
  }

  #cellOf(spot: number): number {
    const [x, y] = [this.#places[2 * spot], this.#places[2 * spot + 1]];
    if (!isPlace(x, y)) return -1;
    return this.#row(y) * this.#columns + this.#column(x);
  }
}

function measure(places: Float32Array) {
  let count = 0;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < places.length; at += 2) {
    const [x, y] = [places[at], places[at + 1]];
    if (!isPlace(x, y)) continue;
    count++;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return count === 0 ? { count, left: 0, top: 0, right: 0, bottom: 0 } : { count, left, top, right, bottom };
}

function isPlace(x: number, y: number): boolean {
  // No number passes neither.
  return Math.abs(x) < Infinity && Math.abs(y) < Infinity;
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
