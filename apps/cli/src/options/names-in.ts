import { OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** Names shown of those that there are. */
const MOST_SHOWN = 5;

export interface KnownNames {
  readonly flag: string;
  /** What the names are of, as in "cell type". */
  readonly of: string;
  readonly known: readonly string[];
}

/**
 * The names that values list, separated by commas; a value that is a name as it stands is that one, so that names with commas can be given
 * one by one. Throws OptionError for an unknown one.
 */
export function namesIn(texts: readonly string[], { flag, of, known }: KnownNames): string[] {
  const all = new Set(known);
  const names = texts.flatMap((text) =>
    all.has(text) ? [text] : text.split(",").map((name) => name.trim()),
  );
  const unknown = [...new Set(names)].filter((name) => !all.has(name));
  if (unknown.length === 0) return [...new Set(names)];
  const shown = known.slice(0, MOST_SHOWN).map((name) => JSON.stringify(name));
  throw new OptionError({
    option: flag,
    value: unknown[0],
    rule: `names of ${numbered(known.length, of)}, separated by commas, such as ${shown.join(", ")}`,
    remedy:
      unknown.length > 1
        ? `${unknown.length} of those given are not among them. A name that holds a comma is given by itself.`
        : "Check the spelling. A name that holds a comma is given by itself.",
  });
}
