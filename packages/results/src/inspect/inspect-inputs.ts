import { type FlashdeconvError, isFlashdeconvError, type Notice } from "@flashdeconv/core";
import {
  inspectStore,
  openSpatial,
  type SpatialDataset,
  type SpatialOptions,
  type StoreSummary,
} from "@flashdeconv/io-zarr";
import type { CellReference, OpenReference } from "@flashdeconv/pipeline";
import { checkTypes, isSignature } from "@flashdeconv/pipeline/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { compareReference, type ReferenceReport } from "./compare-reference.js";
import type { Inspection } from "./inspection.js";
import { reportLayers } from "./layer-report.js";
import { MOST_ROWS, previewCounts } from "./preview-counts.js";
import { previewPlaces } from "./preview-places.js";
import { addSeenGenes, buildSeenGenes, genesSeenInTable, type SeenGenes } from "./seen-genes.js";

export interface InspectOptions {
  readonly signal?: AbortSignal;
  readonly onNotice?: (notice: Notice) => void;
  /** Called when a section has been opened, before its counts are read. */
  readonly onOpened?: () => Promise<void>;
  /** Whether the places of spots are looked at too, which reads all of them. True by default. */
  readonly readsPlaces?: boolean;
  /** Told of rows, or cells, that were looked at. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is found of a section, and what a reference is compared with. */
export interface InspectedSection
  extends Pick<Inspection, "summary" | "layers" | "matrix" | "placesTrouble"> {
  /** Undefined for a store without a matrix to look at, such as a result. */
  readonly spatial?: SpatialDataset;
  readonly seen?: SeenGenes;
}

/** Looks at what a store holds and at the first 10,000 rows of its counts. Throws what opening a section throws. */
export async function inspectSection(
  store: ReadableStore,
  places: SpatialOptions,
  { onOpened, ...options }: InspectOptions,
): Promise<InspectedSection> {
  const { table, layer } = places;
  const { signal, onNotice } = options;
  const summary = await inspectStore(store, { ...places, signal });
  const hasMatrix = layer !== undefined || summary.matrices.some((matrix) => matrix.path === "X");
  if (!hasMatrix)
    return { summary, layers: await reportLayers(store, summary, { table, signal }), matrix: undefined };
  const spatial = await openSpatial(store, { ...places, signal, onNotice });
  await onOpened?.();
  return inspectOpened({ store, summary, spatial }, { ...options, table });
}

/** A section that is open, and what its store was found to hold. */
export interface OpenSection {
  readonly store: ReadableStore;
  readonly summary: StoreSummary;
  readonly spatial: SpatialDataset;
}

/** As `inspectSection`, of a section that is open. */
export async function inspectOpened(
  { store, summary, spatial }: OpenSection,
  {
    table,
    signal,
    readsPlaces = true,
    onProgress = () => undefined,
  }: Pick<InspectOptions, "signal" | "readsPlaces" | "onProgress"> & { readonly table?: string },
): Promise<InspectedSection> {
  const layers = await reportLayers(store, summary, { table, signal });
  const { geneNames, matrix } = spatial;
  const seen = buildSeenGenes(geneNames.length);
  const counts = await previewCounts(spatial.counts, signal, onProgress, (chunk) =>
    addSeenGenes(seen, chunk),
  );
  const placesTrouble =
    readsPlaces && summary.coordinates !== undefined ? await previewPlaces(spatial, signal) : undefined;
  return { summary, layers, matrix: { path: matrix.path, geneNames, counts }, placesTrouble, spatial, seen };
}

/** Why types were not looked at: a reference of more cells than are read, or what went wrong. */
export interface WhyUnchecked {
  readonly tooMany: string;
  readonly because: (error: FlashdeconvError) => string;
}

const UNCHECKED: WhyUnchecked = {
  tooMany: "it has more than 10,000 cells",
  because: ({ message }) => message,
};

/** Compares a reference with a section, and looks which types can be told apart where it has at most 10,000 cells. */
export async function inspectReference(
  { spatial, seen: sectionSeen }: Pick<InspectedSection, "spatial" | "seen">,
  reference: OpenReference,
  { signal, onProgress = () => undefined }: InspectOptions,
  why = UNCHECKED,
): Promise<ReferenceReport> {
  const preview = isSignature(reference)
    ? { counts: undefined, seen: genesSeenInTable(reference) }
    : await previewCells(reference, signal, onProgress);
  const side = spatial ?? { geneNames: [] };
  const report = await compareReference(side, reference, { ...preview, sectionSeen }, signal);
  if (!isSignature(reference) && reference.counts.spotCount > MOST_ROWS) {
    return { ...report, uncheckedBecause: why.tooMany };
  }
  try {
    return { ...report, checked: await checkTypes(reference, { spatial }, { signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    // What is wrong with either side was told already.
    if (!isFlashdeconvError(error)) throw error;
    return { ...report, uncheckedBecause: why.because(error) };
  }
}

async function previewCells(
  { counts, geneNames, cellTypes }: CellReference,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void,
) {
  const seen = buildSeenGenes(geneNames.length, cellTypes.names.length);
  const report = await previewCounts(counts, signal, onProgress, (chunk) =>
    addSeenGenes(seen, chunk, cellTypes.codes),
  );
  return { counts: report, seen };
}
