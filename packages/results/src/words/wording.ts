/** How whoever reads calls what they may do: a command line has flags, a page has controls. */
export interface Wording {
  /** Text with options as `optionName` of core writes them, as the reader knows these. */
  readonly options: (text: string) => string;
  /** A value as the reader gives it. */
  readonly typed: (value: unknown) => string;
}

/** Options by their ids, values as JSON. */
export const PLAIN_WORDING: Wording = {
  options: (text) => text.replace(/`(\w+)`/g, "$1"),
  typed: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
};
