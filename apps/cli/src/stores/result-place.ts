import type { SpatialDataset } from "@flashdeconv/io-zarr";
import { type AnnDataPlace, annDataSink, type ResultLayout, type ResultSink } from "@flashdeconv/pipeline";
import { noting } from "./noting-store.js";
import { type OutputRequest, openOutput } from "./open-output.js";

/** What is known of a result once its section is open. */
export interface ResultSubject {
  /** The section; left out where there are only statistics of it. */
  readonly spatial?: Pick<SpatialDataset, "outputHint" | "tablePath">;
  readonly layout: ResultLayout;
  readonly signal: AbortSignal;
  readonly onProgress: AnnDataPlace["onProgress"];
  /** Called when all is written, before it appears. */
  readonly onCommit?: () => Promise<void>;
}

/** A place for a result, opened before anything is read. */
export interface ResultPlace {
  sinkFor(subject: ResultSubject): ResultSink;
  /** Leaves the place as it was. */
  discard(): Promise<void>;
}

export interface PlaceRequest extends OutputRequest {
  /** Of a new store. */
  readonly zarrFormat?: string;
}

/** Opens the place that a command line names. Throws as `openOutput`. */
export async function openResultPlace(request: PlaceRequest): Promise<ResultPlace> {
  const store = await openOutput(request);
  return {
    sinkFor({ spatial, layout, signal, onProgress, onCommit }) {
      const target = onCommit ? noting(store, onCommit) : store;
      const common = { like: spatial?.outputHint, signal, onProgress };
      return annDataSink(target, { ...placeOf(request, spatial?.tablePath), ...common }, layout);
    },
    discard: () => store.discard(),
  };
}

function placeOf(
  { inPlace, newTable, overwrite, zarrFormat }: PlaceRequest,
  tablePath: string | undefined,
): AnnDataPlace {
  if (inPlace) return { kind: "in place", tablePath };
  if (newTable !== undefined && tablePath !== undefined) {
    return { kind: "new table", name: newTable, tablePath, overwrite };
  }
  return { kind: "store", zarrFormat: zarrFormat === undefined ? undefined : (Number(zarrFormat) as 2 | 3) };
}
