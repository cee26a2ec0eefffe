import { MemoryPlanError, OptionError } from "@flashdeconv/core";
import {
  type DeconvolveOptions,
  type MemoryPlan,
  planMemory,
  resolveDeconvolveOptions,
} from "@flashdeconv/pipeline";
import { hasPageScratch, memoryFacts, SPOTS_WORTH_THREADS } from "@flashdeconv/pipeline/internal";
import { alignGenes } from "@flashdeconv/select-genes";
import { commandOf } from "./command.js";
import { environment } from "./environment.js";
import type { Reference } from "./open-reference.js";
import type { Section } from "./open-section.js";
import type { RunOptions, RunPlan } from "./protocol.js";

export interface PlannedRun {
  readonly options: DeconvolveOptions;
  readonly memory: MemoryPlan;
  readonly told: RunPlan;
}

/** More of what a tab may take is left to the page and the browser. */
const SHARE_OF_MEMORY = 0.5;

/**
 * How a run keeps within the memory of a tab.
 *
 * @throws MemoryPlanError, with the command line, where it cannot; GeneMismatchError where section and reference share no gene
 */
export async function planRun(
  section: Section,
  reference: Reference,
  { workerCount, ...given }: RunOptions,
  signal: AbortSignal,
): Promise<PlannedRun> {
  const options = resolveDeconvolveOptions(given);
  const { dataset, sections, place } = section;
  // Throws where none is shared.
  alignGenes(dataset.geneNames, reference.told.geneNames);
  const command = commandOf(section, reference, { workerCount, ...given });
  const facts = memoryFacts({ ...dataset, sections }, reference.input, options, {
    isFar: place.isRemote || reference.isRemote,
    reference: reference.memory,
    coordinateBytes: await dataset.coordinateBytes({ signal }),
    heldBytes: place.store.heldBytes ?? 0,
  });
  const { memoryBytes, processorCount } = environment();
  if (workerCount !== undefined && !(Number.isInteger(workerCount) && workerCount >= 1)) {
    throw new OptionError({ option: "workers", value: workerCount, rule: "a whole number of at least 1" });
  }
  const usual = dataset.spotCount < SPOTS_WORTH_THREADS ? 1 : processorCount;
  const mostBytes = SHARE_OF_MEMORY * memoryBytes;
  const memory = plan();
  return {
    options,
    memory,
    told: {
      workerCount: memory.workers,
      bytes: memory.totalBytes,
      mostBytes,
      isOnScratch: memory.keeps === "scratch",
      command,
    },
  };

  function plan(): MemoryPlan {
    try {
      return planMemory(facts, {
        budgetBytes: mostBytes,
        workers: { count: workerCount ?? usual, isFixed: workerCount !== undefined },
        scratch: hasPageScratch() ? "auto" : "never",
      });
    } catch (error) {
      if (!(error instanceof MemoryPlanError)) throw error;
      throw new MemoryPlanError({
        subject: "memory of this tab",
        found: `${error.found} (half of what the browser says this machine has)`,
        expected: error.expected,
        remedy: `Run it with the command line, which may take more: ${command}`,
        cause: error,
      });
    }
  }
}
