import type { Coordinates } from "@flashdeconv/core";
import {
  amountColors,
  drawScaleBar,
  encodePng,
  frameFor,
  type IndexedImage,
  type MapFrame,
  measureSpots,
  Raster,
  scaleBar,
  spotPaths,
} from "@flashdeconv/maps";
import { escaped } from "./page/text.js";

/** Longest side of a map of one type, and of the map of all. */
const TYPE_PIXELS = 500;
const WHOLE_PIXELS = 1000;
/** Most values that are held for the maps of all types (64 MB). */
const MOST_SITE_VALUES = 2 ** 24;
/** Up to here spots are drawn as paths, which stay sharp at any size. */
const MOST_VECTOR_SPOTS = 5000;
const MOST_VECTOR_PATHS = 100_000;

/** Where maps are drawn. */
export interface Canvas {
  /** For types, and for all else that is an amount. */
  readonly small: Raster;
  /** For the types together. */
  readonly large: Raster;
  readonly isVector: boolean;
  readonly isSquare: boolean;
  /** Micrometres between spots, or units of the positions. */
  readonly pitch: number;
  readonly micrometersPerUnit: number | undefined;
}

export function canvasFor(
  coordinates: Coordinates,
  typeCount: number,
  micrometersPerUnit: number | undefined,
): Canvas {
  const layout = measureSpots(coordinates);
  const spotCount = coordinates.values.length / coordinates.dimension;
  const most = Math.floor(Math.sqrt(MOST_SITE_VALUES / Math.max(1, typeCount)));
  const small = new Raster(frameFor(layout, Math.max(16, Math.min(TYPE_PIXELS, most))), coordinates);
  const isVector =
    spotCount <= MOST_VECTOR_SPOTS && spotCount * typeCount <= MOST_VECTOR_PATHS && small.isPerSpot;
  const large = new Raster(frameFor(layout, WHOLE_PIXELS), coordinates);
  return { small, large, isVector, isSquare: layout.isSquare, pitch: layout.pitch, micrometersPerUnit };
}

/** A map before it is written: a place in the palette for each site. */
export interface Drawing {
  readonly raster: Raster;
  readonly sites: Uint8Array;
  readonly palette: Uint8Array;
  readonly alpha: Uint8Array;
  readonly micrometersPerUnit: number | undefined;
}

/** Amounts get places 1 to 63; 0 is nothing, 64 a spot without an answer. */
export const LEVELS = 63;
export const NO_ANSWER = LEVELS + 1;
const GREY = [0x9a, 0x9a, 0x9a];

/** The palette of amounts: places are even on the scale of square roots, colours on that of amounts. */
export const AMOUNT_PALETTE: Uint8Array = amountPalette();

function amountPalette(): Uint8Array {
  const colors = amountColors(256);
  const palette = new Uint8Array(3 * (NO_ANSWER + 1));
  for (let level = 1; level <= LEVELS; level++) {
    const color = Math.round(255 * ((level - 1) / (LEVELS - 1)) ** 2);
    palette.set(colors.subarray(3 * color, 3 * color + 3), 3 * level);
  }
  palette.set(GREY, 3 * NO_ANSWER);
  return palette;
}

/** The place in the palette of an amount between two. */
export function levelOf(value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return NO_ANSWER;
  const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
  return 1 + Math.round(Math.sqrt(share) * (LEVELS - 1));
}

/** Amounts summed at sites: column `column` of rows of `width`, and how many spots were summed at each site. */
export interface SummedAmounts {
  readonly sums: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
  readonly width: number;
  readonly column: number;
}

/** A map of the means of an amount; where spots share sites, those without a sum stay empty. */
export function amountDrawing(
  { small, micrometersPerUnit }: Canvas,
  { sums, counts, width, column }: SummedAmounts,
  [low, high]: readonly [number, number],
): Drawing {
  const sites = new Uint8Array(small.siteCount);
  const empty = small.isPerSpot ? NO_ANSWER : 0;
  for (let site = 0; site < sites.length; site++) {
    const count = counts[site];
    sites[site] = count > 0 ? levelOf(sums[site * width + column] / count, low, high) : empty;
  }
  return { raster: small, sites, palette: AMOUNT_PALETTE, alpha: Uint8Array.of(0), micrometersPerUnit };
}

/** The same with every second level only, which packs to about half. */
export function coarser(image: IndexedImage): IndexedImage {
  const pixels = image.pixels.map((level) => (level > 1 && level < NO_ANSWER ? level | 1 : level));
  return { ...image, pixels };
}

/** The same drawing with fewer pixels, each the mean of four; of spots that have pixels of their own, one of four. */
export function halved(image: IndexedImage): IndexedImage {
  const [width, height] = [Math.ceil(image.width / 2), Math.ceil(image.height / 2)];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, found, grey] = [0, 0, 0];
      for (let i = 0; i < 4; i++) {
        const [column, row] = [2 * x + (i & 1), 2 * y + (i >> 1)];
        if (column >= image.width || row >= image.height) continue;
        const level = image.pixels[row * image.width + column];
        if (level === NO_ANSWER) grey++;
        else if (level > 0) {
          sum += level;
          found++;
        }
      }
      pixels[y * width + x] = found > 0 ? Math.round(sum / found) : grey > 0 ? NO_ANSWER : 0;
    }
  }
  return { ...image, width, height, pixels };
}

export function imageOf({ raster, sites, palette, alpha }: Drawing): IndexedImage {
  const { width, height } = raster.frame;
  return { width, height, pixels: raster.paint(sites), palette, alpha };
}

/** Pictures that were packed: the page and the files have the same ones. */
const PACKED = new WeakMap<Drawing, Promise<Uint8Array>>();

/** The picture as a file, with its scale bar. */
export function pngOf(drawing: Drawing): Promise<Uint8Array> {
  const before = PACKED.get(drawing);
  if (before !== undefined) return before;
  const bar = scaleBar(drawing.raster.frame, drawing.micrometersPerUnit);
  const image = imageOf(drawing);
  const png = encodePng(bar ? drawScaleBar(image, bar) : image);
  PACKED.set(drawing, png);
  return png;
}

export function dataUri(png: Uint8Array): string {
  let text = "";
  for (let at = 0; at < png.length; at += 2 ** 13) {
    text += String.fromCharCode(...png.subarray(at, at + 2 ** 13));
  }
  return `data:image/png;base64,${btoa(text)}`;
}

/** What SVG shows of a drawing: a path per colour, or the picture where there are too many spots for that. */
export async function svgBody(drawing: Drawing, isVector: boolean): Promise<string> {
  const { frame } = drawing.raster;
  const bar = svgBar(frame, drawing.micrometersPerUnit);
  if (isVector && drawing.raster.isPerSpot) return vectorPaths(drawing) + bar;
  const uri = dataUri(await encodePng(imageOf(drawing)));
  return `<image width="${frame.width}" height="${frame.height}" href="${uri}" style="image-rendering:pixelated"/>${bar}`;
}

/** A path for each colour in use; `attributesOf` says what else a path has, and what it is about. */
export function vectorPaths(
  { raster, sites, palette, alpha }: Drawing,
  attributesOf: (index: number) => { readonly attributes?: string; readonly title?: string } = () => ({}),
): string {
  const { frame, coordinates } = raster;
  const used = [...new Set(sites)].filter((index) => index > 0).sort((a, b) => a - b);
  const placeOf = new Int16Array(256).fill(-1);
  for (const [i, index] of used.entries()) placeOf[index] = i;
  const paths = spotPaths(
    frame,
    coordinates,
    Int16Array.from(sites, (index) => placeOf[index]),
    used.length,
  );
  const drawn = used.map((index, i) => {
    const { attributes = "", title } = attributesOf(index);
    const color = hexAt(palette, index);
    const opacity = (alpha[index] ?? 255) / 255;
    const faint = opacity < 1 ? ` stroke-opacity="${opacity.toFixed(2)}"` : "";
    const end = title === undefined ? "/>" : `><title>${escaped(title)}</title></path>`;
    return `<path${attributes} stroke="${color}"${faint} d="${paths[i]}"${end}`;
  });
  const shape = frame.isSquare
    ? `stroke-linecap="square" stroke-width="${round(frame.spotSize)}" shape-rendering="crispEdges"`
    : `stroke-linecap="round" stroke-width="${round(0.96 * frame.spotSize)}"`;
  return `<g fill="none" ${shape}>${drawn.join("")}</g>`;
}

export function hexAt(palette: Uint8Array, index: number): string {
  return `#${Array.from(palette.subarray(3 * index, 3 * index + 3), (v) => v.toString(16).padStart(2, "0")).join("")}`;
}

/** A length of known micrometres in the lower left; nothing where the scale is not known. */
function svgBar(frame: MapFrame, micrometersPerUnit: number | undefined): string {
  const bar = scaleBar(frame, micrometersPerUnit);
  if (bar === undefined) return "";
  const size = Math.max(4, frame.width / 28);
  const wide = Math.max(bar.length, 0.62 * size * bar.label.length);
  const [left, top] = [size / 2, frame.height - 2.6 * size];
  return (
    `<g aria-hidden="true"><rect x="${round(left)}" y="${round(top)}" width="${round(wide + size)}" height="${round(2.1 * size)}" fill="#000"/>` +
    `<rect x="${round(left + size / 2)}" y="${round(top + 1.45 * size)}" width="${round(bar.length)}" height="${round(size / 4)}" fill="#fff"/>` +
    `<text x="${round(left + size / 2)}" y="${round(top + 1.1 * size)}" font-size="${round(size)}" font-family="sans-serif" fill="#fff">${escaped(bar.label)}</text></g>`
  );
}

export function round(value: number): number {
  return Number(value.toFixed(1));
}
