import type { RowBlock, TableContent, TableTarget } from "@flashdeconv/results/internal";
import {
  ABOUT,
  type FileColumn,
  fileColumns,
  numbersOf,
  ROWS_PER_GROUP,
} from "@flashdeconv/results/internal";
import type { Data, Dictionary, Field, Int32, Utf8, Vector } from "apache-arrow";
import { loadArrow } from "./load-arrow.js";

type Arrow = typeof import("apache-arrow");

/** A column and what its batches share: readers take batches for one table by that. */
interface ArrowColumn {
  readonly field: Field;
  readonly dataOf: (block: RowBlock) => Data;
}

/** Writes a table as an Arrow IPC file (Feather version 2), a record batch at a time. */
export async function writeArrow({ shape, rows, about }: TableContent, file: TableTarget): Promise<void> {
  const arrow = await loadArrow();
  const columns = [
    barcodeColumn(arrow, shape.barcode),
    ...fileColumns(shape).map((column) =>
      column.categories === undefined ? numberColumn(arrow, column) : categoryColumn(arrow, column),
    ),
  ];
  const fields = columns.map(({ field }) => field);
  const schema = new arrow.Schema(fields, new Map([[ABOUT, about]]));
  const struct = new arrow.Struct(fields);
  const sink = new (class extends arrow.AsyncByteQueue {
    readonly pieces: Uint8Array[] = [];
    override write(piece: Uint8Array): void {
      if (piece.byteLength > 0) this.pieces.push(piece);
    }
  })();
  const flush = async () => {
    for (const piece of sink.pieces.splice(0)) await file.append(piece);
  };
  const writer = new arrow.RecordBatchFileWriter({ autoDestroy: false });
  writer.reset(sink as never, schema);
  for await (const block of rows(ROWS_PER_GROUP)) {
    const children = columns.map(({ dataOf }) => dataOf(block));
    const data = arrow.makeData({ type: struct, length: block.count, nullCount: 0, children });
    writer.write(new arrow.RecordBatch(schema, data));
    await flush();
  }
  writer.finish();
  await flush();
}

function barcodeColumn({ Field, Utf8, makeData }: Arrow, name: string): ArrowColumn {
  const type = new Utf8();
  return {
    field: new Field(name, type, false),
    dataOf: ({ count, names: { offsets, bytes } }) =>
      makeData({ type, length: count, nullCount: 0, valueOffsets: offsets, data: bytes }),
  };
}

function numberColumn({ Field, Float32, Float64, makeData }: Arrow, column: FileColumn): ArrowColumn {
  const field = (type: Field["type"]) => new Field(column.name, type, false);
  if (column.dtype === "float32") {
    const type = new Float32();
    return {
      field: field(type),
      dataOf: (block) => makeData({ type, nullCount: 0, data: numbersOf(block, column) as Float32Array }),
    };
  }
  const type = new Float64();
  return {
    field: field(type),
    dataOf: (block) => makeData({ type, nullCount: 0, data: numbersOf(block, column) as Float64Array }),
  };
}

function categoryColumn(arrow: Arrow, column: FileColumn): ArrowColumn {
  const { Dictionary, Field, Int32, makeData, Utf8, vectorFromArray } = arrow;
  const dictionary: Vector<Utf8> = vectorFromArray([...(column.categories ?? [])], new Utf8());
  const type: Dictionary<Utf8, Int32> = new Dictionary(new Utf8(), new Int32());
  return {
    field: new Field(column.name, type, true),
    dataOf(block) {
      const codes = Int32Array.from(numbersOf(block, column));
      const nullBitmap = new Uint8Array(Math.ceil(block.count / 8));
      let nullCount = 0;
      for (const [row, code] of codes.entries()) {
        if (code >= 0) nullBitmap[row >> 3] |= 1 << (row & 7);
        else {
          codes[row] = 0;
          nullCount++;
        }
      }
      return makeData({ type, length: block.count, nullCount, nullBitmap, data: codes, dictionary });
    },
  };
}
