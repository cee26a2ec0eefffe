import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { hdf5Writer } from "@flashdeconv/io-h5/internal";
import { parquetWriteBuffer } from "hyparquet-writer";

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

/** A file of Cell Ranger 3 and later. */
export async function writeTenxH5(path: string, matrix: SmallMatrix): Promise<void> {
  const { names, symbols, ids, kinds, rows } = withAntibody(matrix);
  const entries = rows.flat();
  let bytes = new Uint8Array(0);
  const h5 = hdf5Writer({
    async writeAt(offset, piece) {
      if (offset + piece.length > bytes.length) {
        const larger = new Uint8Array(offset + piece.length);
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(piece, offset);
    },
  });
  h5.group("matrix");
  h5.group("matrix/features");
  const numbers = (name: string, type: "int32" | "int64", values: ArrayBufferView & { length: number }) =>
    h5.array(`matrix/${name}`, { type, shape: [values.length] }).write(0, values);
  const texts = (name: string, values: readonly string[]) =>
    h5.array(`matrix/${name}`, { type: "text", shape: [values.length] }).writeTexts(0, values);
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
  await texts("features/name", symbols);
  await texts("features/id", ids);
  await texts("features/feature_type", kinds);
  await h5.finish();
  await write(path, bytes);
}

/** A folder in Market Exchange. */
export async function writeMex(folder: string, matrix: SmallMatrix): Promise<void> {
  const { names, symbols, ids, kinds, rows } = withAntibody(matrix);
  const lines = rows.flatMap((row, spot) =>
    row.map(([feature, count]) => `${feature + 1} ${spot + 1} ${count}`),
  );
  const size = `${symbols.length} ${names.length} ${lines.length}`;
  const pack = (name: string, list: readonly string[]) =>
    write(join(folder, `${name}.gz`), gzipSync(`${list.join("\n")}\n`));
  await pack("matrix.mtx", ["%%MatrixMarket matrix coordinate integer general", size, ...lines]);
  await pack("barcodes.tsv", names);
  await pack(
    "features.tsv",
    symbols.map((symbol, i) => `${ids[i]}\t${symbol}\t${kinds[i]}`),
  );
}

export type ParquetColumn = readonly string[] | Float64Array | Int32Array;

export async function writeParquet(
  path: string,
  columns: Readonly<Record<string, ParquetColumn>>,
): Promise<void> {
  const columnData = Object.entries(columns).map(([name, data]) => ({ name, data: data as string[] }));
  await write(path, new Uint8Array(parquetWriteBuffer({ columnData })));
}

export async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
