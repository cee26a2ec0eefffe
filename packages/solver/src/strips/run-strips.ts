import type { PieceRunner } from "../solve-level.js";
import type { StripLayout } from "./strip-layout.js";
import { type Round, StripSchedule } from "./strip-schedule.js";
import type { StripWindow } from "./strip-window.js";

/** One stage of a pass over the strips: a colour of a sweep, or every spot by itself. */
export interface Stage {
  readonly color: number | "alone";
  /** Which of the pass's sweeps it belongs to. */
  readonly sweep: number;
  readonly relaxation: number;
}

export interface StripPass {
  readonly layout: StripLayout;
  readonly window: StripWindow;
  readonly signal?: AbortSignal;
  /** Brings a strip into the window. */
  load(strip: number): Promise<void>;
  /** Does stages on strips that are apart, side by side. */
  run(sweeps: Round["sweeps"]): Promise<void>;
  /** Takes a strip out of the window. */
  release(strip: number): Promise<void>;
}

/** Passes over the strips once, all stages together. Waits for what is under way before it throws. */
export async function passOverStrips(pass: StripPass, stageCount: number): Promise<void> {
  const { layout, window, signal } = pass;
  const schedule = new StripSchedule(layout, stageCount, window.slotCount);
  while (!schedule.isDone) {
    signal?.throwIfAborted();
    const { load, sweeps, release } = schedule.next();
    const work = sweeps.length > 0 ? [pass.run(sweeps)] : [];
    if (load !== undefined) work.push(pass.load(load));
    if (release !== undefined) work.push(pass.release(release));
    const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
  }
}

/** Runs the stages of some sweeps. Returns the largest change of each sweep; that of spots by themselves is not a change. */
export async function sweepStrips(
  pass: Omit<StripPass, "run">,
  stages: readonly Stage[],
  runner: PieceRunner,
): Promise<number[]> {
  const { window } = pass;
  const changes: number[] = [];
  await passOverStrips(
    {
      ...pass,
      async run(sweeps) {
        const stats = await runner.sweep(
          sweeps.map(({ stage, strip }) => {
            const { color, relaxation } = stages[stage];
            return color === "alone"
              ? { level: window.aloneLevel, pieces: window.allPieces(strip), relaxation }
              : { level: window.level, pieces: window.colorPieces(strip, color), relaxation };
          }),
        );
        for (const [i, { stage }] of sweeps.entries()) {
          const { color, sweep } = stages[stage];
          if (color !== "alone") changes[sweep] = Math.max(changes[sweep] ?? 0, stats[i].largestChange);
        }
      },
    },
    stages.length,
  );
  return changes;
}
