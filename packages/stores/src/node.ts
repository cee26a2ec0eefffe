/**
 * Stores on the local disk and behind URLs, for Node.
 *
 * @example
 * import { createStore } from "@flashdeconv/stores/node";
 *
 * const format = { name: "notes", extension: ".notes", rootDocuments: ["index", "toc"], documents: ["toc", "index"] };
 * const store = await createStore("mine.notes", { format });
 * await store.set("/index", new TextEncoder().encode("nothing yet"));
 * await store.commit();
 */

export type { CreateStoreOptions } from "./node/create-options.js";
export { createStore } from "./node/create-store.js";
export { type EditStoreOptions, editStore } from "./node/edit-store.js";
export { nodeOpeners } from "./node/node-openers.js";
