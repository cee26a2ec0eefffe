import type { SpatialDataset } from "@flashdeconv/io-zarr";
import { type AnnDataPlace, annDataSink, type ResultLayout, type ResultSink } from "@flashdeconv/pipeline";
import { type NamesOfResult, requireOwnColumns } from "@flashdeconv/pipeline/internal";
import { h5adSink, refuseClash, tableSink } from "@flashdeconv/results/internal";
import { openTableFile } from "../tables/open-table-file.js";
import { outputFormat } from "../tables/output-format.js";
import { type FileFormat, type OutputFormat, TABLE_KINDS } from "../tables/table-formats.js";
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
  readonly format: OutputFormat;
  /** Throws OptionError where a result of these names cannot go there; to be asked before the work. */
  check(names: NamesOfResult & { readonly key: string }): void;
  sinkFor(subject: ResultSubject): ResultSink;
  /** Whether what was written had been there already: it was left as it was. */
  readonly wasThere?: () => boolean;
  /** Leaves the place as it was. */
  discard(): Promise<void>;
}

export interface PlaceRequest extends OutputRequest {
  /** Of a new store. */
  readonly zarrFormat?: string;
  /** As the suffix of `out` says by default. */
  readonly format?: OutputFormat;
  /** A table that does not tell what it was made of is compared with what is written, and stays where it is the same. */
  readonly resume?: boolean;
}

/** Opens the place that a command line names. Throws as `openOutput`. */
export async function openResultPlace(request: PlaceRequest): Promise<ResultPlace> {
  const format = outputFormat(request.out, request.format);
  if (format !== "zarr" && request.out !== undefined) {
    return openTablePlace({ ...request, out: request.out }, format);
  }
  const store = await openOutput(request);
  return {
    format,
    check: requireOwnColumns,
    sinkFor({ spatial, layout, signal, onProgress, onCommit }) {
      const target = onCommit ? noting(store, onCommit) : store;
      const common = { like: spatial?.outputHint, signal, onProgress };
      return annDataSink(target, { ...placeOf(request, spatial?.tablePath), ...common }, layout);
    },
    discard: () => store.discard(),
  };
}

async function openTablePlace(
  request: PlaceRequest & { readonly out: string },
  format: FileFormat,
): Promise<ResultPlace> {
  let isThere = false;
  const isSilent = format !== "h5ad" && TABLE_KINDS[format].about === undefined;
  const onSame = () => {
    isThere = true;
  };
  const file = await openTableFile(request, format, request.resume && isSilent ? onSame : undefined);
  if (format === "h5ad") {
    return {
      format,
      check: requireOwnColumns,
      sinkFor: (subject) => h5adSink(file, subject),
      discard: () => file.discard(),
    };
  }
  return {
    format,
    check(names) {
      refuseClash(names.typeNames, names.key);
      requireOwnColumns(names);
    },
    sinkFor: ({ layout, signal, onProgress, onCommit }) =>
      tableSink(file, TABLE_KINDS[format], { layout, signal, onProgress, onCommit }),
    wasThere: () => isThere,
    discard: () => file.discard(),
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
