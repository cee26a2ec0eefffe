import { type Raster, rgbOf } from "@flashdeconv/maps";
import type { Canvas, Drawing } from "./drawing.js";

const NONE = [0x9a, 0x9a, 0x9a];

/**
 * For each site the code that most of its spots have, and where none has most one of them; -2 where no spot is.
 *
 * @param codes of each spot
 */
export function mostAt(raster: Raster, codes: ArrayLike<number>): Int32Array {
  const candidates = new Int32Array(raster.siteCount).fill(-2);
  const votes = new Int32Array(raster.siteCount);
  for (let spot = 0; spot < codes.length; spot++) {
    const site = raster.siteOf(spot);
    if (votes[site] === 0) candidates[site] = codes[spot];
    votes[site] += candidates[site] === codes[spot] ? 1 : -1;
  }
  return candidates;
}

/** A map of groups of spots, each in its colour; spots of none are grey. */
export function groupDrawing(
  { small: raster, micrometersPerUnit }: Canvas,
  codes: ArrayLike<number>,
  colors: readonly string[],
): Drawing {
  const none = colors.length + 1;
  const sites = Uint8Array.from(mostAt(raster, codes), (code) =>
    code === -2 ? 0 : code < 0 ? none : code + 1,
  );
  const palette = new Uint8Array(3 * (none + 1));
  for (const [i, color] of colors.entries()) palette.set(rgbOf(color) ?? NONE, 3 * (i + 1));
  palette.set(NONE, 3 * none);
  return { raster, sites, palette, alpha: Uint8Array.of(0), micrometersPerUnit };
}
