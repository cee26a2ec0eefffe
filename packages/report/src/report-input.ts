import type { ChunkSource, Coordinates, DenseChunk, Notice } from "@flashdeconv/core";

/** A group for each spot: a place in `categories`, or -1 for none. */
export interface SpotGroups {
  readonly codes: ArrayLike<number>;
  readonly categories: readonly string[];
}

/** A number for each spot, NaN where there is none. */
export interface SpotMeasure {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** The status of spots whose reference does not describe them: nothing is said of their types. */
const MISMATCH = "reference mismatch";

/** Tells spots of whose types nothing is to be said. */
export function mismatchIn({ statuses }: Pick<ReportInput, "statuses">): (spot: number) => boolean {
  const code = statuses?.categories.indexOf(MISMATCH) ?? -1;
  return code < 0 ? () => false : (spot) => statuses?.codes[spot] === code;
}

/** Whether the reference describes a section, as the run judged it. */
export interface ReferenceScore {
  /** The section, where there are several. */
  readonly section?: string;
  readonly level: "green" | "amber" | "red";
  /** False where counts, places or types are too few to tell; true by default. */
  readonly isTold?: boolean;
  /** The judgement in words. */
  readonly text: string;
  /** What it rests on, for instance the score and that of scrambled gene names. */
  readonly numbers?: Readonly<Record<string, number>>;
}

/** A result: N spots, K types. What is left out is told to be missing. */
export interface ReportInput {
  /** What it is called: the title of the page. */
  readonly name: string;
  readonly typeNames: readonly string[];
  /** `#rrggbb` for each type; by their places otherwise. */
  readonly typeColors?: readonly string[];
  /** N x K; rows sum to 1, or are NaN where there is no answer. Read once. */
  readonly proportions: ChunkSource<DenseChunk>;
  /** N x K lower bounds of intervals. Read once. */
  readonly low?: ChunkSource<DenseChunk>;
  /** N x K upper bounds, where there are lower ones. Read once. */
  readonly high?: ChunkSource<DenseChunk>;
  /** N x K cells of each type in each spot, where spots were said to hold so many. Read once. */
  readonly cells?: ChunkSource<DenseChunk>;
  readonly coordinates?: Coordinates;
  readonly micrometersPerUnit?: number;
  readonly statuses?: SpotGroups;
  /** What set of at most so many types each spot has ("singlet", "doublet certain", ...), where types were limited. */
  readonly classes?: SpotGroups;
  /** With a hierarchy of types: the level down to which each spot is resolved, the finest first. */
  readonly resolvedLevels?: SpotGroups;
  /** Raw counts over the genes in use. */
  readonly counts?: ArrayLike<number>;
  /** What else is known of each spot; the one called "unexplained" is what the reference leaves over. */
  readonly measures?: readonly SpotMeasure[];
  /** Columns of annotation, such as tissue regions. */
  readonly regions?: readonly (SpotGroups & { readonly name: string })[];
  readonly signature?: {
    readonly cellCounts?: ArrayLike<number>;
    /** K x K products of signatures. */
    readonly gram?: readonly ArrayLike<number>[];
  };
  /** One for each section. */
  readonly referenceScores?: readonly ReferenceScore[];
  /** Genes that are higher where the reference explains least, the strongest first; for each section that has such. */
  readonly unexplainedGenes?: readonly { readonly section?: string; readonly genes: readonly string[] }[];
  /** As a run records them: `method`, `version`, `smoothing_curve` and so on. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly notices: readonly Notice[];
  readonly command?: string;
}
