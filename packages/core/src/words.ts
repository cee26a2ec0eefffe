/** A count with the word it counts: "1 spot", "2 spots", "2 entries"; `shown` is the count as it is written. */
export function numbered(count: number | bigint, noun: string, shown = String(count)): string {
  return `${shown} ${Number(count) === 1 ? noun : plural(noun)}`;
}

function plural(noun: string): string {
  if (noun.endsWith("index")) return noun.replace(/ex$/, "ices");
  return /[^aeiou]y$/.test(noun) ? noun.replace(/y$/, "ies") : `${noun}s`;
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
