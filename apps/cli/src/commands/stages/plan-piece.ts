import type { MemoryPlan } from "@flashdeconv/pipeline";
import type { MemoryFacts } from "@flashdeconv/pipeline/internal";
import type { ResourceFlags } from "../../options/resource-options.js";
import { planResources } from "../../resources/plan-resources.js";

/**
 * How a piece of a pass is to stay within its memory: a section of so many spots without neighbours or a reference of cells.
 *
 * @throws MemoryPlanError with the smallest budget that would do
 */
export function planPiece(
  facts: MemoryFacts,
  spotCount: number,
  { workers, maxMemory }: ResourceFlags,
): MemoryPlan {
  const own = { neighborCount: 0, reference: undefined, coordinateBytes: 0, hasIntervals: false };
  const piece = { ...facts, ...own, spotCount, sectionCount: undefined };
  return planResources(piece, { workers, maxMemory, useScratch: "never" });
}
