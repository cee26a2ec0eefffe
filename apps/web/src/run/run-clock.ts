import type { StageName, StageProgress } from "@flashdeconv/pipeline";
import { stageInWords } from "@flashdeconv/pipeline/internal";
import type { RunProgress } from "./protocol.js";

/** Seconds that stages take of a run of a hundred, measured on a million spots with two workers; of those that are not run none. */
const SECONDS: Readonly<Record<StageName, number>> = {
  reference: 2,
  genes: 8,
  types: 2,
  score: 2,
  unexplained: 2,
  smoothing: 6,
  intervals: 10,
  statistics: 30,
  graph: 6,
  "first-solve": 10,
  refine: 14,
  solve: 16,
  write: 4,
};
/** Of sweeps nobody knows how many there will be. */
const USUAL_SWEEPS = 8;
/** Before that the time left would be a guess. */
const LEAST_SHARE = 0.05;

/** Tells how much of a run is done, and how long the rest takes, by a clock that stands while the run is paused. */
export class RunClock {
  private readonly done = new Map<StageName, number>();
  private readonly started: number;
  private pausedAt: number | undefined;
  private paused = 0;
  private share = 0;

  /** @param stages those that the run has, in order */
  constructor(
    private readonly stages: readonly StageName[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.started = now();
  }

  pause(): void {
    this.pausedAt ??= this.now();
  }

  goOn(): void {
    if (this.pausedAt !== undefined) this.paused += this.now() - this.pausedAt;
    this.pausedAt = undefined;
  }

  /** Seconds of work so far. */
  get seconds(): number {
    const still = this.pausedAt === undefined ? 0 : this.now() - this.pausedAt;
    return (this.now() - this.started - this.paused - still) / 1000;
  }

  /** @param unit of what a reference holds: cells, or types */
  progress(told: StageProgress, unit: string): RunProgress {
    const { stage, done, total } = told;
    const part = total === undefined ? done / (done + USUAL_SWEEPS) : total === 0 ? 1 : done / total;
    this.done.set(stage, Math.max(this.done.get(stage) ?? 0, Math.min(1, part)));
    const last = Math.max(...[...this.done.keys()].map((name) => this.stages.indexOf(name)));
    let [spent, all] = [0, 0];
    for (const [i, name] of this.stages.entries()) {
      const isOver = i < last && !this.isOpen(name);
      spent += SECONDS[name] * (isOver ? 1 : (this.done.get(name) ?? 0));
      all += SECONDS[name];
    }
    // It never goes back.
    this.share = Math.max(this.share, spent / all);
    const words = stageInWords(told, unit);
    return {
      stage,
      inWords: words.stage,
      done,
      ...(total !== undefined && { total }),
      unit: words.unit,
      share: this.share,
      ...(this.share >= LEAST_SHARE && { secondsLeft: (this.seconds * (1 - this.share)) / this.share }),
    };
  }

  /** Whether a stage has begun and not ended: neighbours are looked for while others work. */
  private isOpen(stage: StageName): boolean {
    const done = this.done.get(stage);
    return stage === "graph" && done !== undefined && done < 1;
  }
}

/** The stages of a run. */
export function stagesOf(facts: {
  readonly isSmoothed: boolean;
  readonly isRefined: boolean;
  readonly hasIntervals: boolean;
}): StageName[] {
  const { isSmoothed, isRefined, hasIntervals } = facts;
  return [
    "reference",
    "genes",
    "types",
    "score",
    "unexplained",
    ...(isSmoothed ? (["smoothing"] as const) : []),
    ...(hasIntervals ? (["intervals"] as const) : []),
    "statistics",
    ...(isSmoothed ? (["graph"] as const) : []),
    ...(isRefined ? (["first-solve", "refine"] as const) : []),
    "solve",
    "write",
  ];
}
