/** Where work waits while somebody wants it to pause. */
export interface Gate {
  readonly isShut: boolean;
  /** Undefined where it is open: work goes on at once. */
  pass(): Promise<void> | undefined;
  /** Calls `listen` whenever it is shut or opened; returns what takes that back. */
  onChange(listen: (isShut: boolean) => void): () => void;
}
