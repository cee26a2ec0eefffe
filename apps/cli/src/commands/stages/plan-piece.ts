import type { MemoryPlan } from "@flashdeconv/pipeline";
import { type MemoryFacts, MOST_KEPT_SPOTS } from "@flashdeconv/pipeline/internal";
import type { ResourceFlags } from "../../options/resource-options.js";
import { planResources } from "../../resources/plan-resources.js";
import { usualWorkers } from "../../resources/with-threads.js";

/**
 * How a piece of a pass is to stay within its memory: a section without neighbours or a reference of cells, of as many spots as its threads
 * have in hand at a time.
 *
 * @throws MemoryPlanError with the smallest budget that would do
 */
export function planPiece(
  facts: MemoryFacts,
  spotCount: number,
  { workers, maxMemory }: ResourceFlags,
): MemoryPlan {
  const own = { neighborCount: 0, reference: undefined, coordinateBytes: 0, hasIntervals: false };
  const inHand = MOST_KEPT_SPOTS * (workers ?? usualWorkers(spotCount));
  const piece = { ...facts, ...own, spotCount: Math.min(spotCount, inHand), sectionCount: undefined };
  return planResources(piece, { workers, maxMemory, useScratch: "never" });
}

/** What a process holds that does one section of a store, apart from the others. */
export function sectionFacts(facts: MemoryFacts, spotCount: number): MemoryFacts {
  return { ...facts, spotCount, sectionCount: undefined, storeSpotCount: facts.spotCount };
}
