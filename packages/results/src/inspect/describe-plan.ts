import { numbered } from "@flashdeconv/core/internal";
import type { MemoryPlan } from "@flashdeconv/pipeline";
import { formatBytes } from "../words/format.js";

/** How a run would keep within its memory. */
export function describePlan({
  totalBytes,
  budgetBytes,
  workers,
  keeps,
  parts,
  ...plan
}: MemoryPlan): string {
  const threads = numbered(workers, "worker");
  const where =
    keeps === "memory"
      ? `${formatBytes(parts.spots)} for all spots`
      : `${formatBytes(parts.spots)} for all spots, ${formatBytes(plan.windowBytes)} for those being solved, ${formatBytes(plan.scratchBytes)} on scratch`;
  return `Memory: at most ${formatBytes(totalBytes)} of ${formatBytes(budgetBytes)} (${threads} ${formatBytes(parts.workers)}, ${where})`;
}
