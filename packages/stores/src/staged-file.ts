/** A file that appears as a whole: nothing of it is seen by others before `commit`, and `discard` forgets it. */
export interface StagedFile {
  /** Adds bytes at the end; they may be changed once this resolves. */
  append(bytes: Uint8Array): Promise<void>;
  /** Writes bytes at a place, which may lie beyond the end. */
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  /** After a commit this does nothing. */
  discard(): Promise<void>;
}
