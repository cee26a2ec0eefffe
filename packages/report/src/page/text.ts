/** What does not show, or turns the direction of writing: controls, marks without width, half pairs, line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const LONGEST = 200;
const MARKUP: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Any text as it can stand in HTML or SVG, in an element or an attribute: it shows as itself, what does not show by its code. */
export function escaped(text: string): string {
  return shown(text).replace(/[&<>"']/g, (character) => MARKUP[character]);
}

/** The same of a name: one that is far too long loses its end. */
export function nameText(name: string): string {
  return escaped(
    name.length > LONGEST ? `${Array.from(name.slice(0, LONGEST)).slice(0, -1).join("")}…` : name,
  );
}

/** Text without anything that does not show. */
export function shown(text: string): string {
  return text.replace(UNSEEN, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** Names in a sentence, the first few of many. */
export function listed(names: readonly string[], most = 6): string {
  const told = names.slice(0, most).map(nameText).join(", ");
  return names.length > most ? `${told} and ${names.length - most} more` : told;
}

/** A table of numbers under names, with a caption for those who do not see it. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const header = head.map((cell) => `<th scope="col">${cell}</th>`).join("");
  const body = rows.map(([first, ...cells]) => {
    return `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${header}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}
