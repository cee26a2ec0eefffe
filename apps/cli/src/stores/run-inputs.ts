import type { SpatialInput } from "@flashdeconv/pipeline";
import type { PlaceFacts } from "@flashdeconv/pipeline/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import type { RunFlags } from "../options/run-flags.js";
import type { OpenedSections } from "./open-sections.js";
import { readCellsPerSpot } from "./read-cells-per-spot.js";
import { threadLocation } from "./thread-location.js";
import type { ReferenceSource } from "./with-reference.js";
import type { InputAccess, LocatedStore } from "./with-store.js";

export interface OpenedInputs {
  readonly path: string;
  readonly access: InputAccess;
  readonly store: LocatedStore;
  readonly opened: OpenedSections;
  readonly coordinateBytes: number;
  readonly source: ReferenceSource;
  readonly signal: AbortSignal;
}

/** What was opened, as `deconvolve` takes it, and what of it decides about memory. */
export async function runInputs(
  { path, access, store, opened, coordinateBytes, source, signal }: OpenedInputs,
  { reference, layer, table, runDir, cellsPerSpot: asked }: RunFlags & { readonly reference: string },
): Promise<{ readonly spatial: OpenedSections & SpatialInput; readonly places: PlaceFacts }> {
  const cellsPerSpot =
    typeof asked === "object"
      ? await readCellsPerSpot(store, { ...opened, cellsPerSpot: asked }, signal)
      : undefined;
  const places = {
    isFar: [path, reference, runDir ?? ""].some(isRemote),
    reference: source.memory,
    coordinateBytes,
    heldBytes: (store.heldBytes ?? 0) + (cellsPerSpot?.byteLength ?? 0),
  };
  const located = await threadLocation(store, opened.matrix.path, signal);
  return { spatial: { ...opened, cellsPerSpot, location: { store: located, layer, table, access } }, places };
}

/** Calls a function the first time only and gives the same answer again. */
export function once<A extends readonly unknown[], T>(
  work: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (...args) => {
    answer ??= work(...args);
    return answer;
  };
}
