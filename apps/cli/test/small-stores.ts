import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CsrChunk, collect, memorySource, type ReferenceSignature } from "@flashdeconv/core";
import { type AnnDataContents, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { addCells, buildSignatureSums, finishSignature } from "@flashdeconv/select-genes";
import { simulateTissue } from "@flashdeconv/simulate";
import { afterAll, beforeAll } from "vitest";

export interface SmallStores {
  readonly folder: string;
  readonly spatial: string;
  readonly reference: string;
}

const TISSUE = simulateTissue({ spotCount: 200, geneCount: 120, typeCount: 4, depth: 400, cellsPerType: 12 });

/** A section of 200 spots and its reference on the disk, for the tests of a file. They must not change them. */
export function smallStores(): SmallStores {
  const stores = { folder: "", spatial: "", reference: "" };
  beforeAll(async () => {
    stores.folder = await mkdtemp(join(tmpdir(), "flashdeconv-cli-"));
    stores.spatial = await writeSection(join(stores.folder, "spatial.zarr"));
    stores.reference = await writeCells(join(stores.folder, "reference.zarr"));
  });
  afterAll(() => rm(stores.folder, { recursive: true, force: true }));
  return stores;
}

/** Changes to the small section or reference before it is written. */
export interface StoreChanges {
  readonly counts?: (counts: CsrChunk) => CsrChunk;
  readonly contents?: (contents: AnnDataContents) => AnnDataContents;
  readonly zarrFormat?: 2 | 3;
}

export async function writeSection(path: string, changes: StoreChanges = {}): Promise<string> {
  const { spotCount, geneNames, typeNames, coordinates, truth } = TISSUE;
  return write(path, await collect(TISSUE.counts), changes, {
    spotCount,
    spotNames: Array.from({ length: spotCount }, (_, spot) => `spot_${spot}`),
    geneNames,
    obsm: { spatial: { values: coordinates }, truth: { values: truth, columnNames: typeNames } },
  });
}

export async function writeCells(path: string, changes: StoreChanges = {}): Promise<string> {
  const { cellCount, cellNames, geneNames, counts, cellTypes } = TISSUE.reference;
  const { codes, names: categories } = cellTypes;
  return write(path, await collect(counts), changes, {
    spotCount: cellCount,
    spotNames: cellNames,
    geneNames,
    obs: [{ kind: "categorical", name: "cell_type", codes, categories }],
  });
}

/** Labels of the small cells in place of their own: `relabel` is told a cell's label, and how many cells of it came before. */
export function relabelled(relabel: (name: string, before: number) => string): StoreChanges {
  const { codes, names } = TISSUE.reference.cellTypes;
  const before = new Map<string, number>();
  const labels = Array.from(codes, (code) => {
    const count = before.get(names[code]) ?? 0;
    before.set(names[code], count + 1);
    return relabel(names[code], count);
  });
  const categories = [...new Set(labels)];
  const column = {
    kind: "categorical" as const,
    name: "cell_type",
    codes: Int32Array.from(labels, (label) => categories.indexOf(label)),
    categories,
  };
  return { contents: (contents) => ({ ...contents, obs: [column] }) };
}

/** Names of the small reference's types. */
export const SMALL_TYPES = TISSUE.reference.cellTypes.names;

/** Mean counts of the small reference's types over its genes. */
export async function meanCounts(): Promise<ReferenceSignature> {
  const { cellTypes, counts, geneNames } = TISSUE.reference;
  const sums = buildSignatureSums(cellTypes.names.length, geneNames.length);
  for await (const chunk of counts.chunks()) addCells(sums, chunk, cellTypes.codes);
  return finishSignature(sums, cellTypes.names, geneNames).signature;
}

async function write(
  path: string,
  matrix: CsrChunk,
  { counts = (same) => same, contents = (same) => same, zarrFormat }: StoreChanges,
  rest: AnnDataContents,
): Promise<string> {
  const all = contents({ ...rest, X: memorySource(counts(matrix), { spotsPerChunk: 64 }) });
  await writeAnnData(await createStore(path), all, { zarrFormat });
  return path;
}

/** The matrix with one stored value replaced. */
export function withValue(at: number, value: number): (counts: CsrChunk) => CsrChunk {
  return (counts) => ({ ...counts, values: counts.values.with(at, value) });
}
