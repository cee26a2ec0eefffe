import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";
import { nameText } from "./text.js";

export interface PageSection {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

/** What tells a report of ours from any other page; the version of flashdeconv comes after it. */
export const GENERATOR = "flashdeconv report";

/** One page that loads nothing: only its own style and script may act, known by their digests. */
export async function page(
  name: string,
  version: string | undefined,
  sections: readonly PageSection[],
): Promise<string> {
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${await digestOf(STYLE)}'`,
    `script-src '${await digestOf(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = nameText(name);
  const links = sections.map(({ id, title: text }) => `<li><a href="#${id}">${text}</a></li>`).join("");
  const body = sections.map(
    ({ id, title: text, html }, i) =>
      `<section aria-labelledby="${id}"><h2 id="${id}">${i + 1}. ${text}</h2>\n${html}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="${GENERATOR}${version === undefined ? "" : ` ${nameText(version)}`}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}: cell types</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${title}: cell types</h1>
<nav aria-label="Contents"><ol>${links}</ol></nav></header>
<main>
${body.join("\n")}
</main>
<footer><p><small>Made by flashdeconv${version === undefined ? "" : ` ${nameText(version)}`}. This page needs no network.</small></p></footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
