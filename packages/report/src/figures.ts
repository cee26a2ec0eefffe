import { percent, shortNumber } from "@flashdeconv/core/internal";
import type { IndexedImage } from "@flashdeconv/maps";
import { encodePng, rgbOf } from "@flashdeconv/maps";
import {
  AMOUNT_PALETTE,
  type Canvas,
  coarser,
  type Drawing,
  dataUri,
  halved,
  hexAt,
  imageOf,
  LEVELS,
  pngOf,
  round,
  svgBody,
  vectorPaths,
} from "./drawing.js";
import { escaped } from "./page/text.js";

/** A map of fewer pixels shows nothing. */
const SMALLEST = 32;
/** Pictures that tell how many bytes all will take, and how much more than wanted is not tried. */
const SAMPLED_PICTURES = 5;
const FAR_TOO_MUCH = 1.25;

/** A picture of the report, to be written as a file of its own. */
export interface Figure {
  /** The title, in plain text; not fit for a file's name as it is. */
  readonly title: string;
  /** With a scale bar where micrometres are known. */
  png(): Promise<Uint8Array>;
  /** With title and legend. */
  svg(): Promise<string>;
}

/** A map on the page, and as a file. */
export interface MapFigure extends Figure {
  readonly drawing: Drawing;
  /** What those hear who do not see it. */
  readonly label: string;
}

/** A row of a legend. */
export interface LegendEntry {
  readonly name: string;
  readonly color: string;
}

export interface FigureText {
  readonly title: string;
  readonly label: string;
  /** A row per colour, or the ends of the scale. */
  readonly legend: readonly LegendEntry[] | readonly [low: string, high: string];
}

export function mapFigure(drawing: Drawing, { isVector }: Canvas, text: FigureText): MapFigure {
  return {
    ...text,
    drawing,
    png: () => pngOf(drawing),
    svg: async () => wholeSvg(await svgBody(drawing, isVector), drawing, text),
  };
}

/** A file that shows its title above and its legend beside or below. */
function wholeSvg(body: string, { raster }: Drawing, { title, label, legend }: FigureText): string {
  const { width, height } = raster.frame;
  const wide = Math.max(width, 160);
  const isScale = typeof legend[0] === "string";
  const entries = isScale ? [] : (legend as readonly LegendEntry[]);
  const legendHeight = isScale ? 34 : 16 * entries.length + 10;
  const rows = entries.map(
    ({ name, color }, i) =>
      `<rect x="1" y="${16 * i + 1}" width="11" height="11" fill="${color}" stroke="#555"/><text x="18" y="${16 * i + 11}">${escaped(name)}</text>`,
  );
  const [low, high] = isScale ? (legend as readonly [string, string]) : ["", ""];
  const below = isScale
    ? `${rampSvg(wide)}<text y="26">${escaped(low)}</text><text x="${wide}" y="26" text-anchor="end">${escaped(high)}</text>`
    : rows.join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 ${wide + 16} ${height + legendHeight + 44}" width="${wide + 16}" height="${height + legendHeight + 44}" role="img" aria-label="${escaped(label)}" font-family="sans-serif" font-size="12">` +
    `<rect x="-8" y="-8" width="100%" height="100%" fill="#fff"/><text y="12" font-size="14" font-weight="bold">${escaped(title)}</text>` +
    `<g transform="translate(0 22)">${body}</g><g transform="translate(0 ${height + 32})">${below}</g></svg>\n`
  );
}

/** The colours of amounts from low to high. */
export function rampSvg(width: number): string {
  const step = width / 32;
  return Array.from({ length: 32 }, (_, i) => {
    const level = 1 + Math.round(Math.sqrt((i + 0.5) / 32) * (LEVELS - 1));
    return `<rect x="${round(i * step)}" width="${round(step + 0.5)}" height="12" fill="${hexAt(AMOUNT_PALETTE, level)}"/>`;
  }).join("");
}

/** A map as it stands on the page. */
export async function mapHtml(
  { drawing, label }: MapFigure,
  canvas: Canvas,
  paths: Parameters<typeof vectorPaths>[1] = undefined,
): Promise<string> {
  const { width, height } = drawing.raster.frame;
  if (canvas.isVector) {
    const body = paths ? vectorPaths(drawing, paths) : undefined;
    const bar =
      body === undefined
        ? ""
        : await svgBody({ ...drawing, sites: new Uint8Array(drawing.sites.length) }, true);
    return `<svg class="map" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">${body === undefined ? await svgBody(drawing, true) : body + bar}</svg>`;
  }
  return imgHtml(await pngOf(drawing), { width, height }, label);
}

export function imgHtml(
  png: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  label: string,
): string {
  const smooth = width < 400 ? " pixels" : "";
  return `<img class="map${smooth}" width="${width}" height="${height}" src="${dataUri(png)}" alt="${escaped(label)}">`;
}

/** Pictures of amounts packed so that all of them stay within a number of bytes: with half the levels, then half the pixels, as often as it takes. */
export async function packWithin(
  drawings: readonly Drawing[],
  mostBytes: number,
): Promise<{ readonly image: IndexedImage; readonly png: Uint8Array }[]> {
  let images = drawings.map(imageOf);
  // What cannot fit is not tried.
  const isMuch = images.reduce((sum, { pixels }) => sum + pixels.length, 0) > mostBytes;
  if (isMuch) images = images.map(coarser);
  for (let round = isMuch ? 1 : 0; ; round++) {
    const isLast = images[0].width <= SMALLEST;
    const packed = await packedWithin(images, isLast ? Number.POSITIVE_INFINITY : mostBytes);
    if (packed !== undefined) return packed;
    images = images.map(round === 0 ? coarser : halved);
  }
}

/** Undefined where they take more bytes than that. What some of them tell is too much is not packed to the end. */
async function packedWithin(
  images: readonly IndexedImage[],
  mostBytes: number,
): Promise<{ readonly image: IndexedImage; readonly png: Uint8Array }[] | undefined> {
  const step = Math.ceil(images.length / SAMPLED_PICTURES);
  const places = [...images.keys()];
  const isSampled = (i: number) => i % step === 0;
  const order = [...places.filter(isSampled), ...places.filter((i) => !isSampled(i))];
  const sampledCount = places.filter(isSampled).length;
  const pngs = new Map<number, Uint8Array>();
  let bytes = 0;
  for (const i of order) {
    const png = await encodePng(images[i]);
    pngs.set(i, png);
    bytes += png.length;
    const isFarTooMuch =
      pngs.size === sampledCount && (bytes / sampledCount) * images.length > FAR_TOO_MUCH * mostBytes;
    if (bytes > mostBytes || isFarTooMuch) return undefined;
  }
  return images.map((image, i) => ({ image, png: pngs.get(i) as Uint8Array }));
}

/** The ends of a scale of shares. */
export function shareScale(high: number): readonly [string, string] {
  return ["0 %", percent(high)];
}

export function numberScale(low: number, high: number): readonly [string, string] {
  return [shortNumber(low), shortNumber(high)];
}

/** Black or white, whichever is read better on a colour. */
export function inkOn(color: string): string {
  const [r, g, b] = rgbOf(color) ?? [0, 0, 0];
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
}
