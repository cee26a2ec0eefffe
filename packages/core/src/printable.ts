/** The longest name, quoted text or part of a path that is printed whole, in characters. */
export const LONGEST_NAME = 200;

/** The longest message that is printed whole. */
const LONGEST_MESSAGE = 4000;

const UNSEEN_CLASS = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]";

/** What moves the cursor, turns the direction of writing, or does not show: controls, marks without width, half pairs. */
const UNSEEN = new RegExp(UNSEEN_CLASS, "gu");

const QUOTE = /"((?:[^"\\]|\\.)*)"/gsu;
const LONG_WORD = new RegExp(`[^\\s"/]{${LONGEST_NAME + 1},}`, "gu");
const END_OF_WORD = /[,:;.)]{0,3}$/;

/**
 * One line of text that may hold names from anywhere, as it can be printed: it stays one line, whatever they hold. To do it
 * twice changes nothing more.
 */
export function printableLine(line: string): string {
  return escapeUnseen(line)
    .replace(QUOTE, (_, quoted: string) => `"${cut(quoted)}"`)
    .replace(LONG_WORD, (word) => cutWord(word));
}

/** As `printableLine`; a message that is far too long loses its end. */
export function printableMessage(message: string): string {
  return cut(printableLine(message), LONGEST_MESSAGE);
}

/** A single name, for instance in a table; `length` is the longest that is printed whole, in characters. */
export function printableName(name: string, length = LONGEST_NAME): string {
  return cut(escapeUnseen(cut(name, length + 1)), length);
}

/** A value as JSON in ASCII-safe form: names stay exact, and nothing in it acts on a terminal. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, i) => unit(character.charCodeAt(i))).join(""),
  );
}

/** Whether a text prints as it is. */
export function isPrintable(text: string): boolean {
  return escapeUnseen(text) === text;
}

/** As bash and zsh take a text in which something does not print: each such character by its code. */
export function escapedForShell(text: string): string {
  const quoted = text.replace(/[\\']/g, "\\$&");
  const inCode = (character: string) => SHORT[character] ?? Array.from(character, byCode).join("");
  return `$'${quoted.replace(UNSEEN, inCode)}'`;
}

function byCode(character: string): string {
  const code = character.codePointAt(0)!;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : unit(code);
}

function cut(text: string, length = LONGEST_NAME): string {
  if (text.length <= length) return text;
  const isHalf = /[\ud800-\udbff]/.test(text[length - 2]);
  return `${text.slice(0, length - (isHalf ? 2 : 1))}…`;
}

/** What ends a clause is not part of the name before it. */
function cutWord(word: string): string {
  const [end] = END_OF_WORD.exec(word) as RegExpExecArray;
  return cut(word.slice(0, word.length - end.length)) + end;
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeUnseen(text: string): string {
  return text.replace(UNSEEN, (character) => SHORT[character] ?? escaped(character));
}

function escaped(character: string): string {
  return character.length === 1
    ? unit(character.charCodeAt(0))
    : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
