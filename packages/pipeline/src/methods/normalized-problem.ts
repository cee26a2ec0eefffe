import { OptionError, type ReferenceSignature } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { buildNormalization, normalizeSignature } from "@flashdeconv/normalize";
import { leverageScores } from "@flashdeconv/select-genes";
import {
  buildSketch,
  buildStatistics,
  type Sketch,
  type SketchStatistics,
  sketchSignature,
} from "@flashdeconv/sketch";
import type { Solver, SolverReference } from "@flashdeconv/solver";
import { meanDiagonal } from "@flashdeconv/solver/internal";
import type { NoticeList } from "../contracts/notices.js";
import type { DeconvolveOptions } from "../contracts/options.js";
import type { Problem } from "../contracts/problem.js";
import type { RunContext } from "../contracts/run-context.js";
import type { Evidence } from "../stages/survey/gather-evidence.js";
import { chooseGenes } from "./choose-genes.js";
import { platformLambda } from "./platforms.js";

/** The problem for solvers that are fed normalised values, or raw counts as they are. */
export function buildNormalizedProblem(
  evidence: Evidence,
  options: DeconvolveOptions,
  { notices }: Pick<RunContext, "notices">,
): Problem {
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
    scale: options.solver.input === "counts" ? "counts" : "normalized",
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
  const typeCount = signature.typeNames.length;
  if (sketchDimension < typeCount) {
    throw new OptionError({
      option: "sketchDimension",
      value: sketchDimension,
      rule: `"none", or at least as many dimensions as cell types, of which there are ${typeCount}, better five times as many`,
      remedy: "With fewer, the answer is not unique.",
    });
  }
  if (geneCount < sketchDimension) {
    notices.add({
      code: "fewer-genes-than-sketch",
      message: `Sketching ${numbered(geneCount, "gene")} into ${numbered(sketchDimension, "dimension")} saves nothing; ${optionName("sketchDimension", "none")} gives the exact statistics.`,
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
