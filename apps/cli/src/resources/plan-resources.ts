import { freemem } from "node:os";
import { MemoryPlanError } from "@flashdeconv/core";
import { type MemoryPlan, planMemory } from "@flashdeconv/pipeline";
import type { MemoryFacts } from "@flashdeconv/pipeline/internal";
import type { ResourceFlags } from "../options/resource-options.js";
import { usualWorkers } from "./with-threads.js";

const GREATEST_DEFAULT = 2 * 2 ** 30;

/** The plan for a command with these options. Throws MemoryPlanError where none fits. */
export function planResources(
  facts: MemoryFacts,
  { workers, maxMemory, useScratch = "auto" }: ResourceFlags,
): MemoryPlan {
  return planMemory(facts, {
    budgetBytes: maxMemory ?? Math.min(GREATEST_DEFAULT, Math.floor(freeMemory() / 2)),
    workers: { count: workers ?? usualWorkers(facts.spotCount), isFixed: workers !== undefined },
    scratch: useScratch,
  });
}

/** As `planResources`; where it is left open, a run that is resumed keeps things where the one before it did, if that fits still. */
export function planAgain(facts: MemoryFacts, flags: ResourceFlags, keeps: string | undefined): MemoryPlan {
  const { useScratch = "auto" } = flags;
  if (keeps === undefined || useScratch !== "auto") return planResources(facts, flags);
  try {
    return planResources(facts, { ...flags, useScratch: keeps === "scratch" ? "always" : "never" });
  } catch (error) {
    if (!(error instanceof MemoryPlanError)) throw error;
    return planResources(facts, flags);
  }
}

/** What this process may still take: in a container that is less than what the machine has. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory?.call(process) ?? freemem();
}

export function planJson({ parts, ...plan }: MemoryPlan): Record<string, unknown> {
  return {
    budget_bytes: plan.budgetBytes,
    total_bytes: plan.totalBytes,
    workers: plan.workers,
    keeps: plan.keeps,
    process_bytes: parts.process,
    worker_bytes: parts.workers,
    spot_bytes: parts.spots,
    window_bytes: plan.windowBytes,
    scratch_bytes: plan.scratchBytes,
  };
}
