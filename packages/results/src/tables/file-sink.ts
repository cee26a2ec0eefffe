import type { Progress } from "@flashdeconv/core";
import type { AnswerTable, ResultDescription, ResultLayout, ResultSink } from "@flashdeconv/pipeline";
import type { StagedFile } from "@flashdeconv/stores/internal";

export interface FileSinkOptions {
  readonly layout: ResultLayout;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Called when all is written, before the file appears. */
  readonly onCommit?: () => Promise<void>;
}

/** A file as a place for a result: it appears when `write` has written all of it, or not at all. */
export function fileSink(
  file: StagedFile,
  options: FileSinkOptions,
  write: (tables: readonly AnswerTable[], description: ResultDescription) => Promise<void>,
): ResultSink {
  return {
    write: (tables, description) => commitAfter(file, options, () => write(tables, description)),
    discard: () => file.discard(),
  };
}

/** Writes a file that appears when `write` has written all of it, or not at all. */
export async function commitAfter(
  file: StagedFile,
  { signal, onCommit }: Omit<FileSinkOptions, "layout">,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
    signal?.throwIfAborted();
    await onCommit?.();
    await file.commit();
  } finally {
    // After a commit this does nothing.
    await file.discard();
  }
}
