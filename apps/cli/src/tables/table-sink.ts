import type { ResultSink } from "@flashdeconv/pipeline";
import { resolveResultLayout } from "@flashdeconv/pipeline/internal";
import type { StagedFile } from "@flashdeconv/stores/node/internal";
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

/** A format of one row per spot. */
export interface TableKind {
  readonly write: (content: TableContent, file: TableTarget) => Promise<void>;
  /** What a file says of itself (`aboutText`). */
  readonly about?: (path: string) => Promise<string | undefined>;
  /** Where there is no room for that: the names of its columns. */
  readonly header?: (path: string) => Promise<readonly string[] | undefined>;
  /** Python that reads a file, given as a literal, with pandas. */
  readonly inPython: (file: string) => string;
}

/** A file of one row per spot as a place for a result. */
export function tableSink(file: StagedFile, { write }: TableKind, options: FileSinkOptions): ResultSink {
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
