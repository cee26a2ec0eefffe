import { MOST_DOCUMENT_DEPTH, MOST_DOCUMENT_VALUES } from "./bounds.js";

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [...'"\\,[]{}'].map(
  (character) => character.charCodeAt(0),
);

/**
 * Looks over JSON before it is parsed: a value takes a hundred times the bytes of its text, and what lies too deep fills the stack of
 * whoever walks over it. Throws an Error that says what there is too much of.
 */
export function checkJson(bytes: Uint8Array): void {
  let depth = 0;
  let values = 1;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_MAP) {
      values++;
      if (++depth > MOST_DOCUMENT_DEPTH)
        throw new Error(`more than ${MOST_DOCUMENT_DEPTH} lists and objects in each other`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_MAP) depth--;
  }
  if (values > MOST_DOCUMENT_VALUES) throw new Error(`more than ${MOST_DOCUMENT_VALUES} values`);
}
