/** Lists and objects in each other; what users give has two or three. */
const MOST_DEPTH = 64;
/** Characters; more than any reference has names. */
const MOST_LENGTH = 2 ** 24;

/** Strings whole, and what parts values. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * Reads JSON that a user wrote.
 *
 * @throws Error that says what is wrong with it: text that is not JSON, that is too long or too deep, or an object in which a name comes twice,
 *   of which others take the last without a word
 */
export function readJson(text: string): unknown {
  if (text.length > MOST_LENGTH) throw new Error(`it is longer than ${MOST_LENGTH} characters`);
  let depth = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    if (depth > MOST_DEPTH) throw new Error(`it has more than ${MOST_DEPTH} lists and objects in each other`);
  }
  const value: unknown = JSON.parse(text);
  const twice = repeatedName(text);
  if (twice !== undefined) throw new Error(`the name ${JSON.stringify(twice)} comes twice in one object`);
  return value;
}

/** The first name that comes twice in an object of a text that is JSON. */
function repeatedName(text: string): string | undefined {
  const names: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{") names.push(new Set());
    else if (token === "[") names.push(undefined);
    else if (token === "}" || token === "]") names.pop();
    else if (token !== ":") last = token;
    else {
      const own = names.at(-1);
      const name: string = JSON.parse(last);
      if (own?.has(name)) return name;
      own?.add(name);
    }
  }
  return undefined;
}
