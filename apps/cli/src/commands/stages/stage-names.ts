import type { RunMark } from "@flashdeconv/pipeline/internal";

/**
 * The stages of a run, in their order. Those of a pass, and the sections of a store that has several, are done piece by piece, beside each
 * other; the others by one process each.
 */
export const STAGES = {
  prepare: { hasPieces: false, mark: "survey", does: "neighbours, signature of the reference" },
  survey: { hasPieces: true, mark: "survey", does: "counts of genes, a sample" },
  choose: { hasPieces: false, mark: "summarize", does: "genes, reference score, smoothing" },
  summarize: { hasPieces: true, mark: "summarize", does: "statistics of each spot" },
  start: { hasPieces: false, mark: "refine", does: "a coarse solve to refine from" },
  refine: { hasPieces: true, mark: "refine", does: "statistics around that" },
  solve: { hasPieces: false, mark: "answer", does: "all spots together" },
  section: { hasPieces: true, mark: "sections", does: "of a store of several: whole sections" },
  write: { hasPieces: false, mark: "result", does: "the result and its report" },
} as const satisfies Record<string, { hasPieces: boolean; mark: RunMark; does: string }>;

export type StageName = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as readonly StageName[];

/** The stages of a store of several sections, which are done apart. */
export const STAGES_OF_SECTIONS = ["prepare", "section", "write"] as const satisfies readonly StageName[];

/** Where a stage that one process does ends: what several sections share is known before they are begun. */
export function endOf(name: StageName, all: readonly StageName[]): RunMark {
  return name === "prepare" && all.includes("section") ? "sections" : STAGES[name].mark;
}

/** What `stage` can be asked for. */
export const STAGE_CHOICES = ["plan", ...STAGE_NAMES] as const;

/** The stage in whose pieces that is done which comes after a mark. */
export function stageInPieces(mark: RunMark): StageName {
  return STAGE_NAMES.find((name) => STAGES[name].hasPieces && STAGES[name].mark === mark) as StageName;
}

/** The stage that comes before one; undefined for the first. */
export function stageBefore(name: StageName, all: readonly StageName[]): StageName | undefined {
  return all[all.indexOf(name) - 1];
}
