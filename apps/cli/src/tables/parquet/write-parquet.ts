import type { RowBlock, TableContent, TableTarget } from "@flashdeconv/results/internal";
import {
  ABOUT,
  type FileColumn,
  fileColumns,
  numbersOf,
  ROWS_PER_GROUP,
} from "@flashdeconv/results/internal";

/** Writes a table as Parquet: numbers plain and without statistics, which for proportions cost time and tell nothing. */
export async function writeParquet({ shape, rows, about }: TableContent, file: TableTarget): Promise<void> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const columns = fileColumns(shape);
  const bytes = new ByteWriter(2 ** 20);
  const writer = Object.assign(bytes, {
    async flush() {
      await file.append(bytes.getBytes());
      bytes.index = 0;
    },
  });
  const parquet = new ParquetWriter({
    writer,
    codec: "UNCOMPRESSED",
    statistics: false,
    createdBy: ABOUT,
    kvMetadata: [{ key: ABOUT, value: about }],
    schema: [
      { name: "root", num_children: 1 + columns.length },
      { name: shape.barcode, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      ...columns.map(({ name, dtype }) => elementOf(name, dtype)),
    ],
  });
  for await (const block of rows(ROWS_PER_GROUP)) {
    const columnData = [
      { name: shape.barcode, data: textsOf(block), encoding: "PLAIN" as const, codec: "SNAPPY" as const },
      ...columns.map((column) => ({ name: column.name, ...dataOf(block, column) })),
    ];
    await parquet.write({ columnData, rowGroupSize: block.count });
  }
  await parquet.finish();
  await writer.flush();
}

function elementOf(name: string, dtype: FileColumn["dtype"]) {
  if (dtype === "category") {
    return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
  }
  return { name, type: dtype === "float32" ? "FLOAT" : "DOUBLE", repetition_type: "REQUIRED" } as const;
}

function dataOf(block: RowBlock, column: FileColumn) {
  const numbers = numbersOf(block, column);
  const { categories } = column;
  if (categories === undefined) return { data: numbers, encoding: "PLAIN" as const };
  return { data: Array.from(numbers, (code) => (code < 0 ? null : categories[code])) };
}

function textsOf({ count, names: { offsets, bytes } }: RowBlock): Uint8Array[] {
  return Array.from({ length: count }, (_, row) => bytes.subarray(offsets[row], offsets[row + 1]));
}
