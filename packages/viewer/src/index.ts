/**
 * A result in a page: maps to move about in, composition under the pointer, selections. The page includes `@flashdeconv/viewer/viewer.css`.
 *
 * @packageDocumentation
 */
export type { Field, Ground, View } from "./contracts.js";
export { mountViewer, type Viewer, type ViewerOptions } from "./controls/mount-viewer.js";
export { createMap, DrawingError, type MapDrawing } from "./draw/index.js";
export { openResult, type ResultOptions } from "./read/open-result.js";
export type { Result } from "./read/result.js";
