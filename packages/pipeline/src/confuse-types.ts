import { freeArray, freeChunk } from "@flashdeconv/core/internal";
import type { TypeConfusion } from "./contracts/confusion.js";
import type { HalfCells } from "./contracts/inputs.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { RunContext } from "./contracts/run-context.js";
import type { OpenProblem } from "./find-problem.js";
import { isTried, keptConfusion } from "./stages/keep/confusion-piece.js";
import { narrowHalvesInPlace } from "./stages/reference/half-cells.js";
import { narrow } from "./stages/survey/narrow-sample.js";
import { depthsOf, geneTotals } from "./stages/survey/sample-totals.js";
import { measureConfusion } from "./tuning/types/measure-confusion.js";

/**
 * Which types are mistaken for each other in a section, tried at the depths of its sample, by this run or the one that it resumes;
 * undefined without single cells.
 */
export async function confusionIn(
  { problem, data, aligned }: Pick<OpenProblem, "problem" | "data" | "aligned">,
  { platformCorrection }: Pick<DeconvolveOptions, "platformCorrection">,
  { checkpoint, signal, report }: Pick<RunContext, "checkpoint" | "signal" | "report">,
): Promise<TypeConfusion | undefined> {
  const { cellCounts, halves, signature } = aligned;
  if (!cellCounts || (!halves && !(await isTried(checkpoint)))) return undefined;
  return keptConfusion(checkpoint, async () => {
    const { typeNames } = signature;
    const total = typeNames.length;
    report({ stage: "types", done: 0, total });
    const counts = narrow(data.counts, problem.genes);
    const depths = depthsOf(counts);
    const bulk = geneTotals(counts);
    freeChunk(counts);
    const tried = narrowHalvesInPlace(halves as HalfCells, problem.genes);
    const spots = { depths, bulk, isOneChemistry: !platformCorrection };
    const confusion = await measureConfusion({ halves: tried, typeNames }, spots, { signal });
    // Tens of MiB, of which what follows has better use.
    freeChunk(tried.cells);
    for (const sums of tried.sums) freeArray(sums);
    report({ stage: "types", done: total, total });
    return confusion;
  });
}

/** The same without what types were tried with, which is held no longer. */
export function withoutHalves<P extends Pick<OpenProblem, "aligned">>(found: P): P {
  const { halves: _, ...aligned } = found.aligned;
  return { ...found, aligned };
}
