import { hasPageScratch } from "@flashdeconv/pipeline/internal";
import { sharesMemory } from "@flashdeconv/pipeline/page-pool";
import type { Environment } from "./protocol.js";

/** Assumed where a browser tells nothing. */
const USUAL_MEMORY_GIB = 4;
const USUAL_PROCESSORS = 2;

export function environment(): Environment {
  const { deviceMemory, hardwareConcurrency, locks } = navigator as Partial<Navigator> & {
    deviceMemory?: number;
  };
  return {
    isIsolated: sharesMemory(),
    hasLocks: locks !== undefined,
    hasFiles: hasPageScratch(),
    processorCount: hardwareConcurrency ?? USUAL_PROCESSORS,
    memoryBytes: (deviceMemory ?? USUAL_MEMORY_GIB) * 2 ** 30,
  };
}
