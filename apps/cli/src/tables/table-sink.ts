import type { Progress } from "@flashdeconv/core";
import type { ResultLayout, ResultSink } from "@flashdeconv/pipeline";
import { resolveResultLayout } from "@flashdeconv/pipeline/internal";
import type { StagedFile } from "@flashdeconv/stores/node/internal";
import { aboutText } from "./about.js";
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

export type TableWriter = (content: TableContent, file: TableTarget) => Promise<void>;

export interface TableSinkOptions {
  readonly layout: ResultLayout;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Called when all is written, before the file appears. */
  readonly onCommit?: () => Promise<void>;
}

/** A file of one row per spot as a place for a result. */
export function tableSink(file: StagedFile, write: TableWriter, options: TableSinkOptions): ResultSink {
  const { layout, signal, onProgress, onCommit } = options;
  return {
    async write(tables, description) {
      const { spotCount, typeNames, spotNames } = description;
      try {
        const shape = tableShape(tables, typeNames, resolveResultLayout(layout).key);
        const rows = async function* (rowsPerBlock: number) {
          for await (const block of rowBlocks(shape.parts, spotNames, { rowsPerBlock, signal })) {
            yield block;
            onProgress?.({ spotsDone: block.start + block.count, spotCount });
          }
        };
        const about = aboutText(description, resolveResultLayout(layout));
        await write({ shape, spotCount, about, rows }, file);
        signal?.throwIfAborted();
        await onCommit?.();
        await file.commit();
      } finally {
        // After a commit this does nothing.
        await file.discard();
      }
    },
    discard: () => file.discard(),
  };
}
