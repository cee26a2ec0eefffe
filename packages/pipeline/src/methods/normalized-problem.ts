import type { ReferenceSignature } from "@flashdeconv/core";
import { buildNormalization, type Normalization, normalizeSignature } from "@flashdeconv/normalize";
import { leverageScores } from "@flashdeconv/select-genes";
import {
  buildSketch,
  buildStatistics,
  type Sketch,
  type SketchStatistics,
  sketchSignature,
} from "@flashdeconv/sketch";
import { meanDiagonal, type Solver, type SolverReference } from "@flashdeconv/solver";
import type { Parameters } from "../contracts/parameters.js";
import type { NoticeList } from "../runtime/notice-list.js";
import type { Evidence } from "../stages/survey/gather-evidence.js";
import { chooseGenes } from "./choose-genes.js";
import { platformLambda } from "./platforms.js";
import type { DeconvolveOptions } from "./resolve-options.js";

/** All that is fixed before the second pass: which genes, how spots are normalised, and the least-squares problem. */
export interface Problem {
  /** Genes in use, as indices into the shared genes, ascending. */
  readonly genes: Int32Array;
  /** Mean raw counts over the genes in use, of the types that have any. */
  readonly signature: ReferenceSignature;
  /** Names of the types that have none: exactly 0 everywhere. */
  readonly silentTypes: readonly string[];
  readonly normalization: Normalization;
  readonly statistics: SketchStatistics;
  readonly reference: SolverReference;
  /** The solver's own options, with the platform's lambda where one was asked for. */
  readonly solverOptions: object;
  /** Mean count of a spot over the genes in use; for solvers of the model of counts. */
  readonly meanDepth?: number;
  /** What the tissue as a whole consists of; for solvers of the model of counts. */
  readonly composition?: Float64Array;
  /** G: shares of the genes in use in the whole section; for the same solvers. */
  readonly shares?: Float64Array;
  /** What was estimated on the way, to be kept with the result. */
  readonly facts: Parameters;
}

export function buildProblem(evidence: Evidence, options: DeconvolveOptions, notices: NoticeList): Problem {
  const { moments } = evidence;
  const { genes, signature, silentTypes } = chooseGenes(evidence, options, notices);
  const geneMeans = Float64Array.from(genes, (gene) => moments.rawTotal[gene] / moments.spotCount);
  const normalization = buildNormalization(options, geneMeans);
  const sketch = drawSketch(signature, options, notices);
  const typeCount = signature.typeNames.length;
  const values = normalizeSignature(signature, normalization);
  const statistics = buildStatistics(values, typeCount, sketch);
  return {
    genes,
    signature,
    silentTypes,
    normalization,
    statistics,
    reference: solverReference(options.solver, signature, values, statistics),
    solverOptions: solverOptions(options, signature, statistics),
    facts: {},
  };
}

function drawSketch(
  signature: ReferenceSignature,
  { sketchDimension, seed }: DeconvolveOptions,
  notices: NoticeList,
): Sketch | undefined {
  if (sketchDimension === "none") return undefined;
  const geneCount = signature.geneNames.length;
  if (geneCount < sketchDimension) {
    notices.add({
      code: "fewer-genes-than-sketch",
      message: `${geneCount} genes are sketched into ${sketchDimension} dimensions, which saves nothing; --sketch-dim none gives the exact statistics.`,
    });
  }
  return buildSketch(leverageScores(signature), { dimension: sketchDimension, seed });
}

/** The reference on the scale of the rows that the solver's `input` names. */
function solverReference(
  solver: Solver,
  { typeNames, values: raw }: ReferenceSignature,
  normalizedValues: Float64Array,
  { gram, sketch }: SketchStatistics,
): SolverReference {
  const typeCount = typeNames.length;
  const values = {
    counts: raw,
    normalized: normalizedValues,
    sketch: sketchSignature(normalizedValues, typeCount, sketch),
    statistics: gram,
    "weighted-counts": gram,
  }[solver.input];
  return { typeNames, width: values.length / typeCount, values, gram };
}

function solverOptions(
  options: DeconvolveOptions,
  signature: ReferenceSignature,
  { gram, typeCount, sketch }: SketchStatistics,
): object {
  const { solver, platform } = options;
  if (platform === undefined) return solver.resolveOptions(options.solverOptions);
  const articleScale = normalizeSignature(signature, { kind: "log-cpm", targetSum: 1e6, logBase: 2 });
  const there = meanDiagonal(buildStatistics(articleScale, typeCount, sketch).gram, typeCount);
  const lambda = platformLambda(platform, meanDiagonal(gram, typeCount), there);
  return solver.resolveOptions({ ...options.solverOptions, lambda });
}
