import { escapedForShell, isPrintable } from "@flashdeconv/core/internal";
import { redactUrl } from "@flashdeconv/stores/internal";

const URL_START = /^[a-z][a-z0-9+.-]*:\/\//i;
/** In JSON a text ends with its quote; elsewhere nobody knows where a URL ends. */
const URL_INSIDE = /[a-z][a-z0-9+.-]*:\/\/[^"]*/gi;

/** A command as it can be kept and pasted into a shell: without what URLs hold to show who asks. */
export function commandLineOf(args: readonly string[]): string {
  return ["flashdeconv", ...args.map((arg) => shellWord(withoutSecrets(arg)))].join(" ");
}

/** A word as a shell takes it, on one line. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return isPrintable(word) ? `'${word.replaceAll("'", "'\\''")}'` : escapedForShell(word);
}

function withoutSecrets(arg: string): string {
  const valueAt = arg.startsWith("--") ? arg.indexOf("=") + 1 : 0;
  const value = arg.slice(valueAt);
  // A query may hold whatever it likes, quotes and blanks too.
  const shown = URL_START.test(value) ? redactUrl(value) : value.replace(URL_INSIDE, redactUrl);
  return arg.slice(0, valueAt) + shown;
}
