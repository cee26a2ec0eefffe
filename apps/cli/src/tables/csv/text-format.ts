/** How lines of text lie in a file. */
export interface TextFormat {
  /** With gzip. */
  readonly isPacked: boolean;
}

export const CSV: TextFormat = Object.freeze({ isPacked: false });
