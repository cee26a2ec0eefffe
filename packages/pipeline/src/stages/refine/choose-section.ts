import { refinedWidth } from "@flashdeconv/solver-poisson/internal";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SectionSummary, SpotStatistics } from "../../contracts/summary.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
import { isSource, precisionOf } from "../summarize/spot-statistics.js";
import { firstAnswer, startFirst } from "./first-answer.js";
import type { RefineRequest } from "./refine-section.js";
import { refineSpots } from "./refine-spots.js";

/**
 * Solves the section coarsely, and chooses for each spot the set of at most so many types that is most likely by its own counts, which are
 * read once more. What the first answers of its neighbours hold counts
 * as what is known of a spot before its own counts are looked at.
 *
 * @returns rows as `TypeChooser` writes them
 */
export async function chooseSection(
  spatial: SpatialInput,
  summary: SectionSummary,
  { refinement, columns, kept, solving }: RefineRequest,
  run: RunContext,
): Promise<SpotStatistics> {
  const started = startFirst(summary, solving, run, "neighbors");
  const start = await firstAnswer(summary, started, solving, run);
  const precision = precisionOf(summary);
  // The result keeps these rows, not the arena.
  const length = summary.spotCount * refinedWidth(refinement);
  const into = isSource(summary.statistics)
    ? undefined
    : statArray(precision, length, allocator(reachOf(run, "no kernel")));
  return refineSpots(spatial, { refinement, columns, kept, precision, start, into }, run);
}
