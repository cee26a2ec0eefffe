/** A count with the word it counts: "1 spot", "2 spots". */
export function numbered(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Names that a message shows of a list. */
const SHOWN = 5;

/** Names in quotes, the first few of many: `"a", "b" and 7 more`. */
export function shortList(names: readonly string[], quote = (name: string) => `"${name}"`): string {
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return names.slice(0, SHOWN).map(quote).join(", ") + rest;
}

/**
 * An option as messages of the packages name it, by its id: `sketchDimension` in backticks, or with a value
 * `{ sketchDimension: "none" }`. The command line turns both into its flags.
 */
export function optionName(id: string, value?: unknown): string {
  return value === undefined ? `\`${id}\`` : `{ ${id}: ${JSON.stringify(value)} }`;
}
