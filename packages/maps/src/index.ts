/**
 * Pictures of spots, for reports, viewers and the command line: pure, the same in Node and browsers.
 *
 * @example
 * import { amountColors, encodePng, frameFor, measureSpots, Raster } from "@flashdeconv/maps";
 *
 * const coordinates = { dimension: 2 as const, values: Float64Array.of(0, 0, 1, 0, 0, 1, 1, 1) };
 * const raster = new Raster(frameFor(measureSpots(coordinates), 500), coordinates);
 * // A value per site; here each spot is one.
 * const pixels = raster.paint(Uint8Array.of(1, 2, 3, 4));
 * const png = await encodePng({ ...raster.frame, pixels, palette: amountColors(5) });
 * console.log(png.subarray(1, 4).join(" ")); // 80 78 71
 */
export { frameFor, type MapFrame } from "./map-frame.js";
export { rgbOf, typeColors } from "./palette.js";
export { encodePng } from "./png.js";
export { amountColors } from "./ramp.js";
export { type IndexedImage, Raster } from "./raster.js";
export { drawScaleBar, scaleBar } from "./scale-bar.js";
export { measureSpots } from "./spot-layout.js";
export { spotPaths } from "./spot-paths.js";
