import { hdf5Writer, recordType } from "@flashdeconv/io-h5/internal";
import { memoryFile } from "../../io-h5/test/memory-file.js";

/** A record of a GEF file: which gene, where, how often. */
export interface GefRecord {
  readonly gene: number;
  readonly x: number;
  readonly y: number;
  readonly count: number;
}

export interface GefOptions {
  readonly genes: readonly string[];
  /** As version 4 has them, beside names. */
  readonly ids?: readonly string[];
  /** Bytes of a gene's name: 32 before version 3. */
  readonly nameBytes?: number;
  readonly countType?: "uint8" | "uint16" | "uint32";
  readonly placeType?: "int32" | "uint32";
  readonly resolution?: number;
}

/** A GEF file of bins, each from its own records, as geftools lays it out. `hasCells` puts the group of cells beside them. */
export async function gefOfBins(
  bins: Readonly<Record<number, readonly GefRecord[]>>,
  options: GefOptions & { readonly hasCells?: boolean },
): Promise<Uint8Array> {
  const { genes, ids, nameBytes = 64, countType = "uint8", placeType = "int32", resolution = 500 } = options;
  const file = memoryFile();
  const h5 = hdf5Writer(file);
  h5.group("", { version: ids ? 4n : 2n });
  if (options.hasCells) h5.group("cellBin");
  h5.group("geneExp");
  for (const [bin, all] of Object.entries(bins)) {
    h5.group(`geneExp/bin${bin}`);
    const records = [...all].sort((a, b) => a.gene - b.gene);
    const members = { x: placeType, y: placeType, count: countType } as const;
    const attributes = { minX: 100n, minY: 200n, maxX: 9n, resolution: BigInt(resolution) };
    await h5
      .array(`geneExp/bin${bin}/expression`, {
        type: recordType(members),
        shape: [records.length],
        attributes,
      })
      .write(
        0,
        packed(records, (one) => [one.x, one.y, one.count], [4, 4, Number(countType.slice(4)) / 8]),
      );
    const naming: Record<string, number> = ids
      ? { geneID: nameBytes, geneName: nameBytes }
      : { gene: nameBytes };
    const counts = genes.map((_, gene) => records.filter((one) => one.gene === gene).length);
    const rows = genes.map((name, gene) => {
      const start = counts.slice(0, gene).reduce((sum, count) => sum + count, 0);
      return [...(ids ? [ids[gene]] : []), name, start, counts[gene]];
    });
    const widths = [...Object.values(naming), 4, 4];
    await h5
      .array(`geneExp/bin${bin}/gene`, {
        type: recordType({ ...naming, offset: "uint32", count: "uint32" }),
        shape: [genes.length],
      })
      .write(
        0,
        packed(rows, (row) => row, widths),
      );
  }
  await h5.finish();
  return file.bytes();
}

/** Cells with their counts: genes and how often, cell by cell. */
export interface GefCell {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly area: number;
  readonly counts: readonly (readonly [gene: number, count: number])[];
}

/** A GEF file of cells. `geneBytes` is 2 before geftools 0.7.6. */
export async function gefOfCells(
  cells: readonly GefCell[],
  { genes, ids, nameBytes = 64, resolution = 500 }: GefOptions,
  geneBytes: 2 | 4 = 4,
): Promise<Uint8Array> {
  const file = memoryFile();
  const h5 = hdf5Writer(file);
  h5.group("", { version: 2n, resolution: BigInt(resolution), offsetX: 100n });
  h5.group("cellBin");
  let start = 0;
  const rows = cells.map(({ id, x, y, area, counts }) => {
    start += counts.length;
    return [id, x, y, start - counts.length, counts.length, area];
  });
  const cell = { id: "uint32", x: "int32", y: "int32", offset: "uint32", geneCount: "uint16" } as const;
  await h5
    .array("cellBin/cell", { type: recordType({ ...cell, area: "uint16" }), shape: [cells.length] })
    .write(
      0,
      packed(rows, (row) => row, [4, 4, 4, 4, 2, 2]),
    );
  const entries = cells.flatMap(({ counts }) => counts);
  await h5
    .array("cellBin/cellExp", {
      type: recordType({ geneID: geneBytes === 2 ? "uint16" : "uint32", count: "uint16" }),
      shape: [entries.length],
    })
    .write(
      0,
      packed(entries, (entry) => entry, [geneBytes, 2]),
    );
  const naming: Record<string, number> = ids
    ? { geneID: nameBytes, geneName: nameBytes }
    : { geneName: nameBytes };
  await h5
    .array("cellBin/gene", { type: recordType({ ...naming, offset: "uint32" }), shape: [genes.length] })
    .write(
      0,
      packed(genes, (name, gene) => [...(ids ? [ids[gene]] : []), name, 0], [...Object.values(naming), 4]),
    );
  await h5.finish();
  return file.bytes();
}

function packed<T>(
  items: readonly T[],
  fields: (item: T, i: number) => readonly (number | string)[],
  widths: readonly number[],
): Uint8Array {
  const size = widths.reduce((sum, width) => sum + width, 0);
  const bytes = new Uint8Array(items.length * size);
  const view = new DataView(bytes.buffer);
  items.forEach((item, i) => {
    let at = i * size;
    fields(item, i).forEach((field, k) => {
      if (typeof field === "string") bytes.set(new TextEncoder().encode(field).subarray(0, widths[k]), at);
      else if (widths[k] === 4) view.setUint32(at, field, true);
      else if (widths[k] === 2) view.setUint16(at, field, true);
      else view.setUint8(at, field);
      at += widths[k];
    });
  });
  return bytes;
}
