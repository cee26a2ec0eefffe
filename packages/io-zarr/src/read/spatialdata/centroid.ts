/**
 * Adds up the vertices of one geometry to its centroid, in the plane: weighted by area; where there is none, by length; where that
 * is none either, the mean of the points. Holes count against the area. Nothing is allocated per geometry.
 *
 * Vertices are taken relative to the first one, so that far-off coordinates lose no digits (the usual shoelace sums).
 */
export class CentroidSum {
  #originX = 0;
  #originY = 0;
  #pointCount = 0;
  #pointX = 0;
  #pointY = 0;
  #length = 0;
  #lengthX = 0;
  #lengthY = 0;
  #area = 0;
  #areaX = 0;
  #areaY = 0;
  // Of the ring that is open.
  #ringCount = 0;
  #firstX = 0;
  #firstY = 0;
  #lastX = 0;
  #lastY = 0;
  #ringArea = 0;
  #ringX = 0;
  #ringY = 0;

  /** Begins a new geometry. */
  reset(): void {
    this.#pointCount = this.#pointX = this.#pointY = 0;
    this.#length = this.#lengthX = this.#lengthY = 0;
    this.#area = this.#areaX = this.#areaY = 0;
    this.#ringCount = this.#ringArea = this.#ringX = this.#ringY = 0;
  }

  /** A single point, or the next vertex of the ring that is open. */
  add(x: number, y: number): void {
    if (this.#pointCount === 0) {
      this.#originX = x;
      this.#originY = y;
    }
    this.#pointCount++;
    this.#pointX += x - this.#originX;
    this.#pointY += y - this.#originY;
  }

  vertex(x: number, y: number): void {
    this.add(x, y);
    const atX = x - this.#originX;
    const atY = y - this.#originY;
    if (this.#ringCount === 0) {
      this.#firstX = atX;
      this.#firstY = atY;
    } else {
      this.#segment(this.#lastX, this.#lastY, atX, atY);
    }
    this.#ringCount++;
    this.#lastX = atX;
    this.#lastY = atY;
  }

  /** Ends a ring, which is closed if it is not. */
  endRing(isHole: boolean): void {
    if (this.#ringCount > 0) this.#segment(this.#lastX, this.#lastY, this.#firstX, this.#firstY);
    // Rings run either way; a hole takes away what an outline adds.
    const sign = this.#ringArea < 0 !== isHole ? -1 : 1;
    this.#area += sign * this.#ringArea;
    this.#areaX += sign * this.#ringX;
    this.#areaY += sign * this.#ringY;
    this.#ringCount = this.#ringArea = this.#ringX = this.#ringY = 0;
  }

  #segment(fromX: number, fromY: number, toX: number, toY: number): void {
    const length = Math.hypot(toX - fromX, toY - fromY);
    this.#length += length;
    this.#lengthX += (length * (fromX + toX)) / 2;
    this.#lengthY += (length * (fromY + toY)) / 2;
    const cross = fromX * toY - toX * fromY;
    this.#ringArea += cross;
    this.#ringX += cross * (fromX + toX);
    this.#ringY += cross * (fromY + toY);
  }

  /** Writes x and y to `out[at ..]`; NaN for an empty geometry. */
  finish(out: Float64Array, at: number): void {
    let [weight, x, y] = [this.#pointCount, this.#pointX, this.#pointY];
    if (this.#area > 0) [weight, x, y] = [3 * this.#area, this.#areaX, this.#areaY];
    else if (this.#length > 0) [weight, x, y] = [this.#length, this.#lengthX, this.#lengthY];
    out[at] = weight === 0 ? Number.NaN : this.#originX + x / weight;
    out[at + 1] = weight === 0 ? Number.NaN : this.#originY + y / weight;
  }
}
