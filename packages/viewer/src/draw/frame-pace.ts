/** Milliseconds between frames of which a movement is not smooth: most screens show one every 17, a browser that misses every other every 33. */
const SLOW = 25;
/** What takes longer is a pause of whoever moves, or a page that was not seen. */
const PAUSE = 250;
/** One slow frame is chance. */
const MANY = 4;

/** Whether a browser keeps up with the frames of movements, by when they come: one that draws without a graphics card does not. */
export class FramePace {
  #last = Number.NEGATIVE_INFINITY;
  #slow = 0;

  /** Told at each frame, in milliseconds; says whether the last ones were slow. */
  isSlow(now: number): boolean {
    const gap = now - this.#last;
    this.#last = now;
    if (gap < PAUSE)
      this.#slow = gap > SLOW ? Math.min(2 * MANY, this.#slow + 1) : Math.max(0, this.#slow - 1);
    return this.#slow >= MANY;
  }
}
