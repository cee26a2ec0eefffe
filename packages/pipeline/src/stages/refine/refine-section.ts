import { type Refinement, refiningGram } from "@flashdeconv/solver-poisson/internal";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { graphInMemory } from "../neighbors/neighbors-on-scratch.js";
import { arrangeGraph } from "../solve/solve-spots.js";
import type { KeptRanges } from "../summarize/kept-ranges.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { firstAnswer, startFirst } from "./first-answer.js";
import { refineSpots } from "./refine-spots.js";

export interface RefineRequest {
  readonly refinement: Refinement;
  /** Columns of the genes in use in the spatial data. */
  readonly columns: Int32Array;
  /** Where they are not, the section is read again. */
  readonly kept: KeptRanges;
  /** As the refined section will be solved. */
  readonly solving: SolveSummaryOptions;
}

/**
 * Solves the section coarsely, and takes each spot from there towards the most likely proportions of its own counts, which are read
 * once more.
 *
 * @returns the summary with the statistics of that instead of its own, which are not kept
 */
export async function refineSection(
  spatial: SpatialInput,
  summary: SectionSummary,
  { refinement, columns, kept, solving }: RefineRequest,
  run: RunContext,
): Promise<SectionSummary> {
  const { arena } = run;
  const { statistics } = summary;
  const started = startFirst(summary, solving, run, "spot");
  // It serves the second solve as well, so it is not among the arrays of the first.
  const graph = isSource(statistics)
    ? summary.graph
    : arrangeGraph(graphInMemory(summary.graph), started, run);
  const mark = arena?.mark();
  const start = await firstAnswer({ ...summary, graph }, started, solving, run);
  const precision = precisionOf(summary);
  const into = isSource(statistics) ? undefined : statistics;
  const request = { refinement, columns, kept, precision, start, into };
  const refined = await refineSpots(spatial, request, run);
  // The arrays of the first solve.
  if (mark !== undefined) arena?.rewind(mark);
  const gram = refiningGram(refinement);
  const { typeNames } = summary.reference;
  return {
    ...summary,
    graph,
    statistics: refined,
    reference: { typeNames, width: typeNames.length, values: gram, gram },
    parameters: { ...summary.parameters, refining_steps: refinement.steps },
  };
}
