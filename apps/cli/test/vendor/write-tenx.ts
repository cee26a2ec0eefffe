import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { hdf5Writer } from "@flashdeconv/io-h5/internal";
import { parquetWriteBuffer } from "hyparquet-writer";
import { memoryFile } from "../../../../packages/io-h5/test/memory-file.js";

/** Files of a folder by their path. */
export type Files = Map<string, Uint8Array>;

/** Counts as instruments' software has them: a row per spot, of pairs of feature and count. */
export interface SmallMatrix {
  readonly names: readonly string[];
  readonly genes: readonly string[];
  readonly rows: readonly (readonly (readonly [feature: number, count: number])[])[];
}

/** The same with an antibody, which every spot has a thousand of. */
function withAntibody({ rows, genes, names }: SmallMatrix) {
  return {
    names,
    symbols: [...genes, "CD3"],
    ids: [...genes.map((gene) => `ENS_${gene}`), "CD3"],
    kinds: [...genes.map(() => "Gene Expression"), "Antibody Capture"],
    rows: rows.map((row) => [...row, [genes.length, 1000] as const]),
  };
}

function plain({ rows, genes, names }: SmallMatrix) {
  return { names, rows, symbols: genes, ids: genes.map((gene) => `ENS_${gene}`), kinds: [] };
}

/** A file of Cell Ranger 3 and later; of version 2 it has genes alone, and one group called after the genome. */
export async function tenxH5(matrix: SmallMatrix, { isOld = false } = {}): Promise<Uint8Array> {
  const { names, symbols, ids, kinds, rows } = isOld ? plain(matrix) : withAntibody(matrix);
  const entries = rows.flat();
  const file = memoryFile();
  const h5 = hdf5Writer(file);
  const group = isOld ? "mm10" : "matrix";
  h5.group(group);
  if (!isOld) h5.group(`${group}/features`);
  const numbers = (name: string, type: "int32" | "int64", values: ArrayBufferView & { length: number }) =>
    h5.array(`${group}/${name}`, { type, shape: [values.length] }).write(0, values);
  const texts = (name: string, values: readonly string[]) =>
    h5.array(`${group}/${name}`, { type: "text", shape: [values.length] }).writeTexts(0, values);
  let end = 0n;
  const indptr = [0n, ...rows.map((row) => (end += BigInt(row.length)))];
  await numbers(
    "data",
    "int32",
    Int32Array.from(entries, ([, count]) => count),
  );
  await numbers(
    "indices",
    "int64",
    BigInt64Array.from(entries, ([feature]) => BigInt(feature)),
  );
  await numbers("indptr", "int64", BigInt64Array.from(indptr));
  await numbers("shape", "int32", Int32Array.of(symbols.length, names.length));
  await texts("barcodes", names);
  await texts(isOld ? "gene_names" : "features/name", symbols);
  await texts(isOld ? "genes" : "features/id", ids);
  if (!isOld) await texts("features/feature_type", kinds);
  await h5.finish();
  return file.bytes();
}

/** A folder in Market Exchange. */
export function mexFiles(folder: string, matrix: SmallMatrix): Files {
  const { names, symbols, ids, kinds, rows } = withAntibody(matrix);
  const lines = rows.flatMap((row, spot) =>
    row.map(([feature, count]) => `${feature + 1} ${spot + 1} ${count}`),
  );
  const size = `${symbols.length} ${names.length} ${lines.length}`;
  const pack = (name: string, list: readonly string[]) =>
    [`${folder}/${name}.gz`, new Uint8Array(gzipSync(`${list.join("\n")}\n`))] as const;
  return new Map([
    pack("matrix.mtx", ["%%MatrixMarket matrix coordinate integer general", size, ...lines]),
    pack("barcodes.tsv", names),
    pack(
      "features.tsv",
      symbols.map((symbol, i) => `${ids[i]}\t${symbol}\t${kinds[i]}`),
    ),
  ]);
}

export type ParquetColumn = readonly string[] | Float64Array | Int32Array;

export function parquetOf(columns: Readonly<Record<string, ParquetColumn>>): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) => ({ name, data: data as string[] }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}
