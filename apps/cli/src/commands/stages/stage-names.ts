import type { RunMark, SharedPass } from "@flashdeconv/pipeline/internal";

/** The stages of a run, in their order. Those of a pass are done piece by piece, beside each other; the others by one process each. */
export const STAGES = {
  prepare: { isPass: false, mark: "survey", does: "neighbours, signature of the reference" },
  survey: { isPass: true, mark: "survey", does: "counts of genes, a sample" },
  choose: { isPass: false, mark: "summarize", does: "genes, reference score, smoothing" },
  summarize: { isPass: true, mark: "summarize", does: "statistics of each spot" },
  start: { isPass: false, mark: "refine", does: "a coarse solve to refine from" },
  refine: { isPass: true, mark: "refine", does: "statistics around that" },
  solve: { isPass: false, mark: "answer", does: "all spots together" },
  write: { isPass: false, mark: "result", does: "the result and its report" },
} as const satisfies Record<string, { isPass: boolean; mark: RunMark; does: string }>;

export type StageName = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as readonly StageName[];

/** What `stage` can be asked for. */
export const STAGE_CHOICES = ["plan", ...STAGE_NAMES] as const;

/** The stage in whose pieces a pass is done. */
export function stageOfPass(pass: SharedPass): StageName {
  return STAGE_NAMES.find((name) => STAGES[name].isPass && STAGES[name].mark === pass) as StageName;
}

/** The stage that comes before one; undefined for the first. */
export function stageBefore(name: StageName, all: readonly StageName[]): StageName | undefined {
  return all[all.indexOf(name) - 1];
}
