import type { StageProgress } from "../contracts/run-context.js";

/** Where a stage of the work stands. */
export interface StageState {
  /** What is being done, as a phrase: "choosing genes". */
  readonly stage: string;
  readonly done: number;
  /** Undefined where it cannot be known. */
  readonly total: number | undefined;
  /** What `done` counts, in the plural: "spots". */
  readonly unit: string;
  /** More to say, such as an estimate. */
  readonly detail?: string;
}

const STAGES: Readonly<Record<StageProgress["stage"], string>> = {
  reference: "reading the reference",
  genes: "choosing genes",
  types: "trying types",
  score: "scoring the reference",
  unexplained: "looking for what is unexplained",
  smoothing: "choosing the smoothing",
  intervals: "calibrating intervals",
  statistics: "summing up spots",
  graph: "finding neighbours",
  "first-solve": "solving coarsely",
  refine: "refining spots",
  solve: "solving",
  write: "writing",
};

/** Their progress is counted in sweeps over all spots. */
const IN_SWEEPS: ReadonlySet<StageProgress["stage"]> = new Set(["smoothing", "first-solve", "solve"]);

/** A stage of a run in words. */
export function stageInWords(
  { stage, done, total, estimate }: StageProgress,
  referenceUnit: string,
): StageState {
  const others = { intervals: "steps", types: "types", reference: referenceUnit } as const;
  const unit = IN_SWEEPS.has(stage) ? "sweeps" : ((others as Record<string, string>)[stage] ?? "spots");
  const isKnown = estimate !== undefined && Number.isFinite(estimate);
  const detail = isKnown ? `within about ${estimate.toPrecision(1)} of the optimum` : undefined;
  return { stage: STAGES[stage], done, total, unit, detail };
}
