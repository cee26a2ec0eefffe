import type { MapFrame } from "./map-frame.js";
import type { IndexedImage } from "./raster.js";

/** A length to lay on a map. */
export interface ScaleBar {
  /** Pixels of the frame. */
  readonly length: number;
  /** For example "500 µm". */
  readonly label: string;
}

/** About how much of the width it takes. */
const SHARE = 0.25;

/** The bar of 1, 2 or 5 x 10^n micrometres that is nearest to a quarter of the width; undefined where that is not known. */
export function scaleBar(
  frame: Pick<MapFrame, "width" | "scale">,
  micrometersPerUnit: number | undefined,
): ScaleBar | undefined {
  const perPixel = (micrometersPerUnit ?? 0) / frame.scale;
  if (!(perPixel > 0) || !Number.isFinite(perPixel)) return undefined;
  const wanted = SHARE * frame.width * perPixel;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const fits = [1, 2, 5, 10].map((digit) => digit * power);
  const micrometers = fits.reduce((best, one) =>
    Math.abs(Math.log(one / wanted)) < Math.abs(Math.log(best / wanted)) ? one : best,
  );
  const [value, unit] = micrometers >= 1000 ? [micrometers / 1000, "mm"] : [micrometers, "µm"];
  return { length: micrometers / perPixel, label: `${Number(value.toPrecision(1))} ${unit}` };
}

type Place = readonly [x: number, y: number];

/** Glyphs of 3 x 5 pixels, for labels of scale bars; 5 wide for m. */
const GLYPHS: Readonly<Record<string, readonly string[]>> = {
  "0": ["###", "# #", "# #", "# #", "###"],
  "1": [" # ", "## ", " # ", " # ", "###"],
  "2": ["###", "  #", "###", "#  ", "###"],
  "5": ["###", "#  ", "###", "  #", "###"],
  ".": [" ", " ", " ", " ", "#"],
  " ": ["  ", "  ", "  ", "  ", "  "],
  µ: ["   ", "# #", "# #", "###", "#  "],
  m: ["     ", "## # ", "# # #", "# # #", "# # #"],
};

/** The same picture with a bar and its label in the lower left, in white on black. Takes two more colours; one that has no room stays as it is. */
export function drawScaleBar(image: IndexedImage, { length, label }: ScaleBar): IndexedImage {
  const { width, height, palette } = image;
  const zoom = Math.max(1, Math.round(Math.min(width, height) / 160));
  const glyphs = [...label].map((character) => GLYPHS[character]);
  const wide = Math.max(Math.round(length), zoom * glyphs.reduce((sum, [row]) => sum + row.length + 1, -1));
  const [boxWidth, boxHeight] = [wide + 4 * zoom, 13 * zoom];
  if (boxWidth > width || boxHeight > height || palette.length > 3 * 254) return image;
  const pixels = image.pixels.slice();
  const black = palette.length / 3;
  const [left, top] = [zoom, height - boxHeight - zoom];
  const fill = ([x, y]: Place, [columns, rows]: Place, color: number) => {
    for (let row = Math.max(0, y); row < y + rows; row++) {
      const from = row * width + x;
      pixels.fill(color, from, Math.min(from + columns, (row + 1) * width));
    }
  };
  fill([Math.min(left, width - boxWidth), top], [boxWidth, boxHeight], black);
  const inner = Math.min(left, width - boxWidth) + 2 * zoom;
  fill([inner, top + 9 * zoom], [Math.round(length), 2 * zoom], black + 1);
  let x = inner;
  for (const glyph of glyphs) {
    for (const [row, line] of glyph.entries()) {
      for (const [column, dot] of [...line].entries()) {
        if (dot === "#") fill([x + column * zoom, top + (row + 2) * zoom], [zoom, zoom], black + 1);
      }
    }
    x += (glyph[0].length + 1) * zoom;
  }
  const colors = new Uint8Array(palette.length + 6);
  colors.set(palette);
  colors.fill(255, palette.length + 3);
  return { ...image, pixels, palette: colors };
}
