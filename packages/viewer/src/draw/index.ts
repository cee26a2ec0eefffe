export { createMap } from "./create-map.js";
export { DrawingError } from "./drawing-error.js";
export type { MapDrawing, MapOptions, Picked, PictureOptions } from "./map-drawing.js";
export { amountOf, MOST_PARTS, NO_ANSWER_COLOR, OTHER_COLOR } from "./palettes.js";
