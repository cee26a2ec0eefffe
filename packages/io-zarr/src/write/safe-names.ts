import { FormatError } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import { INDEX_NAME } from "./write-columns.js";

export interface SafeNameOptions {
  /** Names that are not to be had, beside `_index`. */
  readonly reserved?: readonly string[];
  /** Bytes of UTF-8 that a name may have. 120 by default: with something before it, it still fits the 255 of a file's name. */
  readonly mostBytes?: number;
}

/** What is put before a name that means something else already. */
const PREFIX = "type_";
/** Controls, marks without a shape, private ones, line ends; what parts paths and addresses; what Windows keeps for itself. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff/\\<>:"|?*#%]/gu;
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i;

/**
 * Names for columns that any file system, Zarr and anndata can store and any address can carry, one for each label, whatever its spelling:
 *
 * - `/`, `\`, `< > : " | ? * # %`, control characters and other ones without a shape become `_`, and so do dots and blanks at the beginning
 *   and blanks and dots at the end;
 * - a name is cut to 120 bytes; one of which nothing is left but `_` becomes `unnamed`;
 * - before `_index`, the `reserved` ones, names that begin with `__`, `zarr.json` and Windows' devices (`CON`, `NUL`, ...) comes `type_`;
 * - of names that differ in case or in the form of their characters alone, one stays and the others end in `_2`, `_3` and so on. Labels
 *   that need no change come first, then those of smaller code points.
 *
 * The names depend on the labels and not on their order. Labels that are safe keep their spelling.
 *
 * @throws FormatError for text that is not Unicode (half of a surrogate pair), which cannot be kept, and for a label that comes twice
 */
export function safeNames(
  labels: readonly string[],
  { reserved = [], mostBytes = 120 }: SafeNameOptions = {},
): string[] {
  checkLabels(labels);
  const keptBack = new Set([INDEX_NAME, "zarr.json", ...reserved].map(folded));
  const taken = new Set(keptBack);
  const claim = (name: string) => !taken.has(folded(name)) && taken.add(folded(name)) !== undefined;
  const bases = labels.map((label) => safeName(label, keptBack, mostBytes));
  const names = new Array<string | undefined>(labels.length).fill(undefined);
  const order = labels.map((_, i) => i).sort((a, b) => compareCodePoints(labels[a], labels[b]));
  for (const i of order) if (bases[i] === labels[i] && claim(bases[i])) names[i] = bases[i];
  for (const i of order) {
    for (let number = 1; names[i] === undefined; number++) {
      const end = number === 1 ? "" : `_${number}`;
      const name = cut(bases[i], mostBytes - end.length) + end;
      if (claim(name)) names[i] = name;
    }
  }
  return names as string[];
}

function checkLabels(labels: readonly string[]): void {
  const broken = labels.find((label) => !isUnicode(label));
  if (broken !== undefined) throw badLabel(broken, "text that is not Unicode", "whole characters");
  if (new Set(labels).size === labels.length) return;
  const twice = labels.find((label, i) => labels.indexOf(label) < i) ?? "";
  throw badLabel(twice, "a name that comes twice", "names that differ from each other");
}

/** Whether each half of a surrogate pair has its other half. */
export function isUnicode(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

function badLabel(label: string, found: string, expected: string): FormatError {
  return new FormatError({
    path: JSON.stringify(label),
    found,
    expected,
    remedy: "Rename it and write again.",
  });
}

function safeName(label: string, keptBack: ReadonlySet<string>, mostBytes: number): string {
  const plain = label.replace(UNSAFE, "_").replace(/^[.\s]+/, (ends) => "_".repeat(ends.length));
  const name = cut(plain, mostBytes);
  if (/^_*$/.test(name)) return "unnamed";
  const hasMeaning = name.startsWith("__") || DEVICE.test(name) || keptBack.has(folded(name));
  return hasMeaning ? PREFIX + cut(name, mostBytes - PREFIX.length) : name;
}

/** The first characters that fit so many bytes, without dots and blanks at the end, which Windows would drop. */
function cut(name: string, mostBytes: number): string {
  const encoder = new TextEncoder();
  let bytes = 0;
  let text = "";
  for (const character of name) {
    bytes += encoder.encode(character).length;
    if (bytes > mostBytes) break;
    text += character;
  }
  return text.replace(/[.\s]+$/, (ends) => "_".repeat(ends.length));
}

/** Equal for names that some file system takes for the same. */
function folded(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
