import type { ReferenceSignature } from "@flashdeconv/core";
import { buildNormalization, type Normalization, normalizeSignature } from "@flashdeconv/normalize";
import {
  type GeneMoments,
  type GeneSelection,
  selectGenes,
  signatureSubset,
} from "@flashdeconv/select-genes";
import {
  buildSketch,
  buildStatistics,
  type Sketch,
  type SketchStatistics,
  sketchSignature,
} from "@flashdeconv/sketch";
import { meanDiagonal, type Solver, type SolverReference } from "@flashdeconv/solver";
import { type DeconvolveOptions, geneSelectionOptions } from "./deconvolve-options.js";
import type { NoticeList } from "./notice-list.js";
import { platformLambda } from "./platforms.js";

/** All that is fixed before the second pass: which genes, how spots are normalised, and the least-squares problem. */
export interface Problem {
  readonly selection: GeneSelection;
  /** Mean raw counts per type over the selected genes. */
  readonly signature: ReferenceSignature;
  readonly normalization: Normalization;
  readonly statistics: SketchStatistics;
  readonly reference: SolverReference;
  /** The solver's own options, with the platform's lambda where one was asked for. */
  readonly solverOptions: object;
}

export function buildProblem(
  moments: GeneMoments,
  shared: ReferenceSignature,
  options: DeconvolveOptions,
  notices: NoticeList,
): Problem {
  const selection = selectGenes(moments, shared, geneSelectionOptions(options));
  const signature = signatureSubset(shared, selection.genes);
  const geneMeans = Float64Array.from(selection.genes, (gene) => moments.rawTotal[gene] / moments.spotCount);
  const normalization = buildNormalization(options, geneMeans);
  const sketch = drawSketch(selection, options, notices);
  const typeCount = signature.typeNames.length;
  const values = normalizeSignature(signature, normalization);
  const statistics = buildStatistics(values, typeCount, sketch);
  return {
    selection,
    signature,
    normalization,
    statistics,
    reference: solverReference(options.solver, signature, values, statistics),
    solverOptions: solverOptions(options, signature, statistics),
  };
}

function drawSketch(
  { genes, leverage }: GeneSelection,
  { sketchDimension, seed }: DeconvolveOptions,
  notices: NoticeList,
): Sketch | undefined {
  if (sketchDimension === "none") return undefined;
  if (genes.length < sketchDimension) {
    notices.add({
      code: "fewer-genes-than-sketch",
      message: `${genes.length} genes are sketched into ${sketchDimension} dimensions, which saves nothing; --sketch-dim none gives the exact statistics.`,
    });
  }
  return buildSketch(leverage, { dimension: sketchDimension, seed });
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
