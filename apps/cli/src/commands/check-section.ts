import { OptionError } from "@flashdeconv/core";
import type { SpatialDataset } from "@flashdeconv/io-zarr";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import { wantsNeighbors } from "@flashdeconv/pipeline/internal";
import type { RunFlags } from "../options/run-flags.js";
import type { OpenedSections } from "../stores/open-sections.js";

/** Of one section there is nothing to choose together. */
export function refuseOneSection({ sections }: OpenedSections, { perSection }: RunFlags): void {
  if (sections !== undefined || !perSection) return;
  throw new OptionError({
    option: "--per-section",
    value: perSection,
    rule: "several sections: one has its own anyway",
    remedy: "Leave one of them out.",
  });
}

/** Where no neighbours are looked at, coordinates are read last of all, for the result: a wrong name must not be found only then. */
export async function checkNamedCoordinates(
  { readCoordinates }: SpatialDataset,
  { spatialKey, spatialColumns }: RunFlags,
  options: DeconvolveOptions,
  signal: AbortSignal,
): Promise<void> {
  if ((spatialKey ?? spatialColumns) === undefined || wantsNeighbors(options)) return;
  await readCoordinates({ signal });
}
