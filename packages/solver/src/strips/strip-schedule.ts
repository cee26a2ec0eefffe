import type { StripLayout } from "./strip-layout.js";

/** What may be done side by side. */
export interface Round {
  /** The strip to bring into the window, if there is room for it. */
  readonly load: number | undefined;
  /** Stages that can continue, each with its next strip. */
  readonly sweeps: readonly { readonly stage: number; readonly strip: number }[];
  /** The strip that nobody looks at any more, to be taken out of the window. */
  readonly release: number | undefined;
}

/**
 * The order in which several stages of sweeps pass over the strips together, so that each strip is in memory once for all
 * of them.
 *
 * A stage may do a strip once the stage before it has done all strips that touch it or any before it (`reach`). What the
 * sweeps of a round touch lies apart: of two stages the later one's strip reaches at most to where the stage before it has
 * been, and the earlier one is beyond that. Touching is mutual, so neither reads what the other writes.
 */
export class StripSchedule {
  private readonly reach: Int32Array;
  private readonly slotCount: number;
  /** Strips that each stage has done. */
  private readonly done: Int32Array;
  private loaded = 0;
  private released = 0;

  constructor({ reach }: Pick<StripLayout, "reach">, stageCount: number, slotCount: number) {
    this.reach = reach;
    this.slotCount = slotCount;
    this.done = new Int32Array(stageCount);
  }

  get isDone(): boolean {
    return this.released === this.reach.length;
  }

  /** Strips that were in the window while the last round ran. */
  get stripsInWindow(): number {
    return this.loaded - this.released;
  }

  /** The next round, which counts as done when it is asked for the one after. */
  next(): Round {
    const { reach, done } = this;
    const isPast = (doneBefore: number, strip: number) => strip < reach.length && doneBefore > reach[strip];
    const load = this.loaded < reach.length && this.stripsInWindow < this.slotCount ? this.loaded : undefined;
    const sweeps: { stage: number; strip: number }[] = [];
    for (let stage = done.length - 1; stage >= 0; stage--) {
      const before = stage > 0 ? done[stage - 1] : this.loaded;
      if (isPast(before, done[stage])) sweeps.push({ stage, strip: done[stage] });
    }
    const release = isPast(done[done.length - 1], this.released) ? this.released : undefined;
    for (const { stage } of sweeps) done[stage]++;
    if (load !== undefined) this.loaded++;
    if (release !== undefined) this.released++;
    return { load, sweeps, release };
  }
}

/** Strips that the window must hold so that no stage ever waits for room. */
export function slotsFor(layout: Pick<StripLayout, "reach">, stageCount: number): number {
  const schedule = new StripSchedule(layout, stageCount, Number.POSITIVE_INFINITY);
  let most = 0;
  while (!schedule.isDone) {
    const { release } = schedule.next();
    // A strip that is being taken out is still in the window, beside the one that comes in.
    most = Math.max(most, schedule.stripsInWindow + (release === undefined ? 0 : 1));
  }
  return most;
}
