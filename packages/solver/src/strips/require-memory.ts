import { MemoryPlanError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";

export const LONG_EDGES = "or spots fewer neighbours: long edges keep many strips in memory";
export const STRONG_SMOOTHING =
  "or smooth less: strong smoothing is solved on coarser levels of the section first";

/** @throws MemoryPlanError where less is available than needed, in bytes; `alternative` ends the advice to give more. */
export function requireMemory(needed: number, available: number, alternative: string): void {
  if (needed <= available) return;
  throw new MemoryPlanError({
    subject: "solve",
    found: `${numbered(available, "byte")} for what is being solved`,
    expected: `at least ${numbered(Math.ceil(needed), "byte")}`,
    remedy: `Give the run ${Math.ceil((needed - available) / 2 ** 20)} MiB more memory (${optionName("maxMemory")}), ${alternative}.`,
  });
}
