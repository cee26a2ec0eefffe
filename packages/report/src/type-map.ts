import { rgbOf } from "@flashdeconv/maps";
import type { Canvas, Drawing } from "./drawing.js";
import type { Gathered } from "./gather.js";
import { mostAt } from "./group-map.js";
import type { SpotGroups } from "./report-input.js";

/** Types with colours of their own on the map of all; more of them than a picture has room for share a grey. */
const MOST_SHOWN = 120;
/** Below this share the largest type is drawn paler. */
export const PALE_BELOW = 0.4;
const PALE_ALPHA = 100;
const OTHER = [0x60, 0x60, 0x60];
const NONE = [0x9a, 0x9a, 0x9a];

/** The map of largest types, and which place of its palette means what. */
export interface TypeMap {
  readonly drawing: Drawing;
  readonly shownCount: number;
  /** Of each type the place of its full colour; `shownCount` further on is the pale one. */
  readonly indexOf: readonly number[];
  /** The type of a place; undefined for nothing, for others and for no answer. */
  typeAt(index: number): number | undefined;
  isPale(index: number): boolean;
}

/** @param order types, the most abundant first */
export function typeMap(
  canvas: Canvas,
  gathered: Gathered,
  {
    colors,
    order,
    statuses,
  }: { colors: readonly string[]; order: readonly number[]; statuses: SpotGroups | undefined },
): TypeMap {
  const raster = canvas.isVector ? canvas.small : canvas.large;
  const { dominant, topShare } = gathered;
  const shown = order.slice(0, MOST_SHOWN);
  const indexOf = order.map(() => 0);
  for (const [i, type] of shown.entries()) indexOf[type] = i + 1;
  const [others, none] = [2 * shown.length + 1, 2 * shown.length + 2];
  const ok = statuses?.categories.indexOf("ok") ?? -1;
  const isSure = (spot: number) => ok < 0 || statuses === undefined || statuses.codes[spot] === ok;

  const candidates = mostAt(raster, dominant);
  const shares = new Float32Array(raster.siteCount);
  const spots = new Int32Array(raster.siteCount);
  for (let spot = 0; spot < dominant.length; spot++) {
    const site = raster.siteOf(spot);
    spots[site]++;
    if (dominant[spot] >= 0 && isSure(spot)) shares[site] += topShare[spot];
  }
  const sites = new Uint8Array(raster.siteCount);
  for (let site = 0; site < sites.length; site++) {
    const type = candidates[site];
    if (spots[site] === 0) continue;
    if (type < 0) sites[site] = none;
    else if (indexOf[type] === 0) sites[site] = others;
    else sites[site] = indexOf[type] + (shares[site] / spots[site] < PALE_BELOW ? shown.length : 0);
  }

  const palette = new Uint8Array(3 * (none + 1));
  const alpha = new Uint8Array(none + 1).fill(255);
  alpha[0] = 0;
  for (const type of shown) {
    const color = rgbOf(colors[type]) ?? OTHER;
    palette.set(color, 3 * indexOf[type]);
    palette.set(color, 3 * (indexOf[type] + shown.length));
    alpha[indexOf[type] + shown.length] = PALE_ALPHA;
  }
  palette.set(OTHER, 3 * others);
  palette.set(NONE, 3 * none);
  return {
    drawing: { raster, sites, palette, alpha, micrometersPerUnit: canvas.micrometersPerUnit },
    shownCount: shown.length,
    indexOf,
    typeAt: (index) => (index === 0 || index >= others ? undefined : shown[(index - 1) % shown.length]),
    isPale: (index) => index > shown.length && index < others,
  };
}
