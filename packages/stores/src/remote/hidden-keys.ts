/** What lies in a store while it is written, and is not part of it, begins so. */
export const HIDDEN = ".flashdeconv-";
/** Lists the keys of all that is to replace a store, once it lies there. */
export const JOURNAL = `${HIDDEN}journal`;
