/** How rows are written as lines of text. */
export interface TextFormat {
  /** One character of ASCII, between cells. */
  readonly delimiter: string;
  /** With gzip. */
  readonly isPacked: boolean;
}

export const CSV: TextFormat = Object.freeze({ delimiter: ",", isPacked: false });
