import type { Calibration } from "./contracts/intervals.js";
import type { DeconvolveOptions, SharedChoice } from "./contracts/options.js";
import type { Parameters } from "./contracts/parameters.js";
import type { Problem } from "./contracts/problem.js";
import type { ResidualProgramme } from "./contracts/programme.js";
import type { ReferenceScore } from "./contracts/score.js";
import { calibrationFacts } from "./stages/keep/calibration-facts.js";
import { scoreFacts } from "./stages/keep/score-facts.js";
import type { AlignedReference } from "./stages/reference/align-reference.js";

export interface SummaryFacts {
  readonly options: DeconvolveOptions;
  /** Undefined unless the strengths in `options` were chosen on several sections together. */
  readonly choice: SharedChoice | undefined;
  readonly problem: Problem;
  readonly aligned: AlignedReference;
  readonly score: ReferenceScore;
  readonly programme: ResidualProgramme | undefined;
  readonly calibration: Calibration | undefined;
  readonly sharedGeneCount: number;
  /** Undefined where all spots were surveyed. */
  readonly surveyedSpotCount: number | undefined;
  readonly spotCount: number;
  readonly meanDegree: number;
}

/** Everything that made a summary, under the names of the command line's options. */
export function describeSummary(facts: SummaryFacts): Parameters {
  const { options, choice, problem, aligned } = facts;
  const smoothing = choice ? "auto" : options.smoothing;
  const isNormalized = problem.scale === "normalized";
  const isSelected = options.genes === "selected";
  return {
    method: options.method ?? null,
    preprocess: isNormalized ? options.preprocess : null,
    target_sum: isNormalized ? options.targetSum : null,
    log_base: isNormalized ? String(options.logBase) : null,
    genes: options.genes,
    n_hvg: isSelected ? options.highlyVariableCount : null,
    n_markers: isSelected ? options.markersPerType : null,
    sketch_dim: isNormalized ? String(options.sketchDimension) : null,
    seed: isNormalized ? options.seed : null,
    max_types: options.maxTypes ?? null,
    smoothing: smoothing === undefined ? null : String(smoothing),
    ...problem.facts,
    ...choice?.facts,
    graph: options.graph,
    neighbors: options.neighborCount,
    radius: options.radius ?? null,
    platform: options.platform ?? null,
    precision: options.precision,
    allow_non_counts: options.allowNonCounts,
    spot_count: facts.spotCount,
    mean_degree: facts.meanDegree,
    cell_types: aligned.signature.typeNames,
    cell_counts: aligned.cellCounts ?? null,
    silent_types: problem.silentTypes,
    reference_score: scoreFacts(facts.score),
    unexplained_genes: facts.programme?.genes ?? null,
    intervals: facts.calibration ? calibrationFacts(facts.calibration) : null,
    shared_gene_count: facts.sharedGeneCount,
    ...(facts.surveyedSpotCount !== undefined && { surveyed_spot_count: facts.surveyedSpotCount }),
    genes_used: problem.signature.geneNames,
  };
}
