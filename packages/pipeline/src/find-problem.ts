import type { ReferenceSignature } from "@flashdeconv/core";
import { meanDegree } from "@flashdeconv/graph";
import type { SolverContext } from "@flashdeconv/solver";
import type { GraphInMemory, SpatialGraph } from "./contracts/graph.js";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { Problem } from "./contracts/problem.js";
import type { RunContext } from "./contracts/run-context.js";
import { refuseForeignCells } from "./methods/check-options.js";
import { methodWith } from "./methods/methods.js";
import { checkInputs, isSignature, typeNamesOf } from "./stages/check-inputs.js";
import { NEIGHBORS_FILE, neighborsOnScratch } from "./stages/neighbors/neighbors-on-scratch.js";
import { buildSpatialGraph } from "./stages/neighbors/spatial-graph.js";
import { alignInputs } from "./stages/reference/align-inputs.js";
import { type AlignedReference, alignReference } from "./stages/reference/align-reference.js";
import { countsOfCells, requireCells, requireWholeCells } from "./stages/reference/counts-of-cells.js";
import { noteUnusedPermission } from "./stages/reference/require-counts.js";
import { tablesOf } from "./stages/solve/solver-tables.js";
import { usualDepths } from "./stages/survey/depth-sums.js";
import { gatherEvidence, requireCountedGenes } from "./stages/survey/gather-evidence.js";
import { noteRoundedLogs, requireRawMeans } from "./stages/survey/require-raw-means.js";
import { sampleSpots } from "./stages/survey/sample-spots.js";
import { type OpenSurvey, unseenGenes } from "./stages/survey/settle-survey.js";
import { surveySection } from "./stages/survey/survey-section.js";
import { checkHierarchy, requireHierarchyOf } from "./stages/types/hierarchy.js";
import { noteColumnNames } from "./stages/write/column-names.js";
import { requireOwnColumns } from "./stages/write/own-columns.js";
import type { TrialData } from "./tuning/held-out-trial.js";
import { settleSample } from "./tuning/settle-sample.js";

/** A section and its reference as one problem, of which only what is left to the data is open. */
export interface OpenProblem {
  readonly problem: Problem;
  readonly data: TrialData;
  readonly context: Omit<SolverContext, "arena">;
  readonly graph: SpatialGraph;
  /** Columns of the shared genes. */
  readonly columns: Int32Array;
  readonly aligned: AlignedReference;
  /** As in SectionSummary. */
  readonly countsPerCell: Float64Array | undefined;
  readonly sharedGeneCount: number;
  /** What is left to be said of the section; undefined where the survey was of all its spots. */
  readonly openSurvey: OpenSurvey | undefined;
}

/** Reads the reference, and the section or a part of it: neighbours, shared genes, mean counts of types, genes in use. */
export async function findProblem(
  spatial: SpatialInput,
  reference: ReferenceInput,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<OpenProblem> {
  const method = methodWith(options.solver);
  const { notices } = run;

  // Genes that both sides have, and which spots are neighbours: bad inputs should not cost a pass.
  checkInputs(spatial, reference);
  refuseForeignCells(spatial, options);
  const { cellsPerSpot = options.cellsPerSpot } = spatial;
  requireCells(reference, { ...options, cellsPerSpot });
  noteColumnNames(typeNamesOf(reference), notices);
  if (options.hierarchy) {
    checkHierarchy(options.hierarchy);
    requireHierarchyOf(options.hierarchy, typeNamesOf(reference));
  }
  const { hierarchy, solver, solverOptions } = options;
  const solverTables = tablesOf(solver, solver.resolveOptions(solverOptions));
  requireOwnColumns({ typeNames: typeNamesOf(reference), hierarchy, solverTables });
  const alignment = await alignInputs(spatial, reference, run);
  const { graph, sample, ...section } = await openGraph(spatial, options, run);

  // One pass over the reference: the mean counts of each type.
  const aligned = await alignReference(reference, alignment, options, run);
  requireCountedGenes(aligned.signature);
  const cellCounts = wholeCells(aligned);
  requireWholeCells(cellCounts !== undefined, { ...options, cellsPerSpot });

  // The first pass, over the section or a part that stands for it: moments of its genes, and a sample of its spots.
  const columns = alignment.spatialIndex;
  const wanted = {
    columns,
    sample,
    withDepths: method.weighsCounts,
    // Genes are chosen by all spots.
    mayBePart: method.weighsCounts && options.genes === "all",
    shared: aligned.signature,
  };
  const survey = await surveySection(spatial, wanted, options, run);
  const evidence = {
    ...gatherEvidence(alignment, aligned.signature, survey, notices),
    cellCounts,
  };
  const areLogged = isSignature(reference) && requireRawMeans(evidence, options, notices);
  const { values } = aligned;
  if (values) noteRoundedLogs(evidence, values, notices);
  const isReferenceWhole = (values?.isWhole ?? true) && !areLogged;
  const areWhole = survey.isWhole && isReferenceWhole;
  if (survey.isOfAll)
    noteUnusedPermission(options, areWhole || (options.preprocess === "raw" && !areLogged), notices);

  // Genes in use, their weights or sketch, and how strongly neighbours are drawn together.
  const settled = settleSample(sample, survey);
  const problem = await method.prepare(evidence, settled.counts, options, run);
  const context = {
    spotCount: spatial.counts.spotCount,
    ...section,
    ...(problem.meanDepth !== undefined && { meanDepth: problem.meanDepth }),
    ...(problem.composition !== undefined && { composition: problem.composition }),
  };
  let sweepCount = 0;
  const onSweep = () => run.report({ stage: "smoothing", done: ++sweepCount, total: undefined });
  const data = { ...settled, context, onSweep };
  const { signature: shared } = aligned;
  const openSurvey = survey.isOfAll
    ? undefined
    : {
        surveyedSpotCount: survey.moments.spotCount,
        depths: survey.depths && usualDepths(survey.depths),
        shared,
        genes: evidence.genes,
        unseen: unseenGenes(shared, evidence.genes),
        isReferenceWhole,
      };
  const sharedGeneCount = evidence.genes.length;
  const countsPerCell = cellCounts && countsOfCells(shared.typeNames, problem.signature);
  return { problem, data, context, graph, columns, aligned, countsPerCell, sharedGeneCount, openSurvey };
}

/** Which spots are neighbours, where the solves want to find it, and what is to be known of it all. */
async function openGraph(spatial: SpatialInput, options: DeconvolveOptions, run: RunContext) {
  const found = await buildSpatialGraph(spatial, options, run);
  const facts = { sample: sampleSpots(found), meanDegree: meanDegree(found.neighbors) };
  return { graph: await placeGraph(found, run), ...facts };
}

/** The graph where the solves want to find it. */
export async function placeGraph(found: GraphInMemory, run: RunContext): Promise<SpatialGraph> {
  if (!run.scratch || found.order === undefined) return found;
  const neighbors = await neighborsOnScratch(found, run.scratch.scratch, NEIGHBORS_FILE, run);
  return { ...found, neighbors };
}

/** Cells of each type by name, where their counts are whole and so have the noise of counts. */
function wholeCells({ signature, cellCounts, values }: AlignedReference): Map<string, number> | undefined {
  if (!cellCounts || !(values?.isWhole ?? areMeansOfWhole(signature, cellCounts))) return undefined;
  return new Map(signature.typeNames.map((name, k) => [name, cellCounts[k]]));
}

/** Whether means are sums of whole counts over so many cells, but for rounding. */
function areMeansOfWhole({ values, typeNames }: ReferenceSignature, cellCounts: Int32Array): boolean {
  const geneCount = values.length / typeNames.length;
  return values.every((mean, i) => {
    const sum = mean * cellCounts[Math.floor(i / geneCount)];
    return Math.abs(sum - Math.round(sum)) <= 1e-9 * Math.max(1, sum);
  });
}
