import type { StageProgress } from "@flashdeconv/pipeline";
import type { StageState } from "./progress-meter.js";

const STAGES: Readonly<Record<StageProgress["stage"], string>> = {
  reference: "reading the reference",
  genes: "choosing genes",
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
export function stageState(
  { stage, done, total, estimate }: StageProgress,
  referenceUnit: string,
): StageState {
  const ofSpots = stage === "intervals" ? "steps" : "spots";
  const unit = stage === "reference" ? referenceUnit : IN_SWEEPS.has(stage) ? "sweeps" : ofSpots;
  const isKnown = estimate !== undefined && Number.isFinite(estimate);
  const detail = isKnown ? `within about ${estimate.toPrecision(1)} of the optimum` : undefined;
  return { stage: STAGES[stage], done, total, unit, detail };
}
