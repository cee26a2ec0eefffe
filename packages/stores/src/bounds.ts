/*
 * How much of anything from outside is held. Bytes of stores come through `readKey`, bodies of answers through `readBody`; each of them
 * is told how much may come.
 */

/** Memory that reading may take where nobody said how much there is. */
export const MOST_BYTES = 2 ** 32;
/** A metadata document, consolidated metadata of thousands of arrays included. */
export const MOST_DOCUMENT_BYTES = 2 ** 25;
/** A page of a listing: 1,000 keys (5,000 at Azure), each of 1,024 bytes at most and escaped. */
export const MOST_LISTING_BYTES = 2 ** 24;
/** Keys of a listing in all. */
export const MOST_LISTED_KEYS = 2 ** 20;
/** What a service says to an upload, or a mark. */
export const MOST_REPLY_BYTES = 2 ** 20;
/** A table of text: what a string of JavaScript can hold. */
export const MOST_TABLE_BYTES = 2 ** 29 - 2 ** 16;
