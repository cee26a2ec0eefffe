import { isFlashdeconvError, memorySource } from "@flashdeconv/core";
import {
  type AnnDataContents,
  type Column,
  type DenseTable,
  inspectStore,
  openSpatial,
  readColumn,
  readDataframe,
  type SpatialDataset,
  writeAnnData,
} from "@flashdeconv/io-zarr";
import { conversionAttributes, storeBelow } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, StagedStore } from "@flashdeconv/stores";
import { type SectionFlags, sectionOptions } from "../options/input-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";
import { noteChoice } from "./note-choice.js";
import type { LocatedStore } from "./with-store.js";

export interface WrittenSection {
  readonly called: string | undefined;
  readonly spotCount: number;
  readonly geneCount: number;
  readonly hasCoordinates: boolean;
}

export interface SectionTarget {
  readonly target: StagedStore;
  /** What the store is made of, which is kept with it. */
  readonly fingerprint: readonly string[];
}

/** Numbers of a stored chunk: what `run` reads fastest of the sizes tried. */
const VALUES_PER_CHUNK = 2 ** 18;

/** Copies a section's counts, names, columns and positions into a store, and commits it. */
export async function writeSection(
  store: LocatedStore,
  { target, fingerprint }: SectionTarget,
  flags: SectionFlags,
  terminal: Terminal,
): Promise<WrittenSection> {
  const { signal, note } = terminal;
  const options = { ...sectionOptions(flags), signal, onNotice: note };
  const section = await openSpatial(store, options);
  await noteChoice(store, terminal);
  const { spotCount, geneNames, counts } = section;
  const table = storeBelow(store, section.tablePath ?? "");
  const obsm = await positionsOf(section, signal);
  const contents: AnnDataContents = {
    spotCount,
    geneNames,
    X: counts,
    spotNames: section.spotNames({ signal }),
    obs: await columnsOfSpots(store, flags, table, signal),
    var: await columnsOfGenes(table, section, signal),
    obsm,
    uns: await store.uns?.(),
  };
  const onProgress = writingProgress(terminal, "writing", { count: spotCount, unit: "spots" });
  const attributes = conversionAttributes(contents, fingerprint);
  await writeAnnData(
    target,
    { ...contents, attributes },
    { valuesPerChunk: VALUES_PER_CHUNK, signal, onProgress },
  );
  const hasCoordinates = obsm.spatial !== undefined;
  return { called: store.called, spotCount, geneCount: geneNames.length, hasCoordinates };
}

async function positionsOf(
  section: SpatialDataset,
  signal: AbortSignal,
): Promise<Readonly<Record<string, DenseTable>>> {
  try {
    const { dimension: width, values } = await section.readCoordinates({ signal });
    const { spotCount } = section;
    return { spatial: { values: memorySource({ kind: "dense", spotStart: 0, spotCount, width, values }) } };
  } catch (error) {
    // Cells of a reference lie nowhere. What is wrong with positions that are there is another error, which stops.
    if (isFlashdeconvError(error) && error.tag === "CoordinateError") return {};
    throw error;
  }
}

async function columnsOfSpots(
  store: ReadableStore,
  flags: SectionFlags,
  table: ReadableStore,
  signal: AbortSignal,
): Promise<Column[]> {
  const { obsColumns } = await inspectStore(store, { ...sectionOptions(flags), signal });
  const columns: Column[] = [];
  for (const { name, kind } of obsColumns) {
    if (kind === "unsupported") continue;
    columns.push(asColumn(name, await readColumn(table, `obs/${name}`, { signal })));
  }
  return columns;
}

async function columnsOfGenes(
  table: ReadableStore,
  { matrix, geneRows }: SpatialDataset,
  signal: AbortSignal,
): Promise<Column[]> {
  const { columns } = await readDataframe(table, matrix.path === "raw/X" ? "raw/var" : "var", { signal });
  return [...columns].map(([name, values]) => asColumn(name, geneRows ? pick(values, geneRows) : values));
}

type Values = Awaited<ReturnType<typeof readColumn>>;

function pick(column: Values, rows: Int32Array): Values {
  if (column.kind === "categorical") return { ...column, codes: rows.map((row) => column.codes[row]) };
  if (column.kind === "string")
    return { kind: "string", values: Array.from(rows, (row) => column.values[row]) };
  if (column.kind === "number")
    return { kind: "number", values: Float64Array.from(rows, (row) => column.values[row]) };
  return { kind: "boolean", values: Int8Array.from(rows, (row) => column.values[row]) };
}

function asColumn(name: string, column: Values): Column {
  switch (column.kind) {
    case "categorical":
    case "number":
      return { name, ...column };
    case "string":
      return { name, kind: "string", values: column.values.map((text) => text ?? "") };
    case "boolean":
      // A truth that is not known cannot be kept as one.
      return column.values.some((value) => value < 0)
        ? { name, kind: "categorical", codes: column.values, categories: ["False", "True"] }
        : { name, kind: "boolean", values: new Uint8Array(column.values) };
  }
}
