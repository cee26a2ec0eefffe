/** Names that would act on a terminal, or hide, if they were printed as they are. */
export const HOSTILE: Readonly<Record<string, string>> = {
  "an escape sequence": "\u001b[31mred\u001b[0m",
  "a title sequence": "\u001b]0;title\u0007",
  "a carriage return": "Astro\rerror: forged",
  "a line break": "Astro\nerror: forged",
  "a tab": "a\tb",
  "a null": "a\u0000b",
  "a backspace": "a\bb",
  "a delete": "a\u007fb",
  "a C1 control": "a\u009b31mb",
  "a next line": "a\u0085b",
  "a right-to-left override": "a\u202egnp.b",
  "an isolate": "a\u2067b\u2069",
  "a mark of direction": "a\u200fb",
  "a space without width": "a\u200bb",
  "a byte order mark": "\ufeffa",
  "a line separator": "a\u2028b",
  "half a pair": "a\ud83db",
  "a tag": "a\u{e0041}b",
};

/** All that a file system and UTF-8 can hold of these, in one name. */
export const HOSTILE_NAME = Object.entries(HOSTILE)
  .filter(([what]) => what !== "half a pair" && what !== "a null")
  .map(([, text]) => text)
  .join("");

/** The first character that must not be printed, if there is one; line breaks that end a line are left out by the caller. */
export function findRaw(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (RAW.some(([first, last]) => code >= first && code <= last)) return character;
  }
  return undefined;
}

const RAW = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe007f],
] as const;
