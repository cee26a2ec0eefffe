import type { ResultSink } from "@flashdeconv/pipeline";
import { resolveResultLayout } from "@flashdeconv/pipeline/internal";
import type { StagedFile } from "@flashdeconv/stores/internal";
import { aboutText } from "./about.js";
import { type FileSinkOptions, fileSink } from "./file-sink.js";
import { type RowBlock, rowBlocks } from "./row-blocks.js";
import { type TableShape, tableShape } from "./table-shape.js";

export type TableTarget = Pick<StagedFile, "append" | "writeAt">;

/** A table as a format takes it. */
export interface TableContent {
  readonly shape: TableShape;
  readonly spotCount: number;
  /** What there is no column for, as JSON. */
  readonly about: string;
  /** A pass over the rows; there is one only, as names are read once. */
  rows(rowsPerBlock: number): AsyncIterable<RowBlock>;
}

/** How a format of one row per spot is written. */
export interface TableWriter {
  readonly write: (content: TableContent, file: TableTarget) => Promise<void>;
}

/** A file of one row per spot as a place for a result. */
export function tableSink(file: StagedFile, { write }: TableWriter, options: FileSinkOptions): ResultSink {
  const { signal, onProgress } = options;
  return fileSink(file, options, async (tables, description) => {
    const { spotCount, typeNames, spotNames } = description;
    const layout = resolveResultLayout(options.layout);
    const shape = tableShape(tables, typeNames, layout.key);
    const rows = async function* (rowsPerBlock: number) {
      for await (const block of rowBlocks(shape.parts, spotNames, { rowsPerBlock, signal })) {
        yield block;
        onProgress?.({ spotsDone: block.start + block.count, spotCount });
      }
    };
    await write({ shape, spotCount, about: aboutText(description, layout), rows }, file);
  });
}
