import type { Coordinates } from "@flashdeconv/core";
import type { Basis } from "./find-basis.js";

/** How far from its bin's place a spot may lie to belong there, in bins; and how many of how many may not. */
const NEAR = 0.25;
const MOST_ASTRAY = 1 / 64;
/** The same of the first few, which may hold a piece of tissue of another grid. */
const MOST_ASTRAY_NEARBY = 1 / 8;
/** Bins around the first that a guess from neighbours holds for, and how much further a fit to these does. */
const FIRST_REACH = 8;
const FURTHER = 3;
const LAST_REACH = 1e5;
/** Nothing is a bin so far away. */
const MOST_REACH = 1e9;
/** Keeps a way of which there are no two bins as it is: more than what rounding makes of none. */
const HOLD = 1e-9;
/** Sine of the least angle between rows and the way to the next. */
const FLAT = 1e-3;

/** The bin that a place belongs to; fields are those of the last place looked for, as nothing is to be made per spot. */
export interface PlaceInRows {
  column: number;
  row: number;
  /** Bins from the bin's own place. */
  astrayAlong: number;
  astrayDown: number;
  find(x: number, y: number): void;
}

export function placeInRows({ origin, along, down, shift }: Basis): PlaceInRows {
  const determinant = along[0] * down[1] - along[1] * down[0];
  const [ax, ay] = [down[1] / determinant, -down[0] / determinant];
  const [dx, dy] = [-along[1] / determinant, along[0] / determinant];
  const [left, top] = origin;
  const place: PlaceInRows = {
    column: 0,
    row: 0,
    astrayAlong: 0,
    astrayDown: 0,
    find(x, y) {
      const atDown = dx * (x - left) + dy * (y - top);
      const row = Math.round(atDown);
      const atAlong = ax * (x - left) + ay * (y - top) - (row % 2 === 0 ? 0 : shift);
      const column = Math.round(atAlong);
      place.column = column;
      place.row = row;
      place.astrayAlong = atAlong - column;
      place.astrayDown = atDown - row;
    },
  };
  return place;
}

/**
 * Fits rows to the spots, from those around the first bin outward: what is known of a few bins tells where the next lie. Undefined where
 * too many spots lie between.
 */
export function fitBasis(coordinates: Coordinates, guess: Basis): Basis | undefined {
  let basis = guess;
  let reach = FIRST_REACH;
  for (;;) {
    const round = fitWithin(coordinates, basis, reach);
    if (round.astrayCount > MOST_ASTRAY_NEARBY * round.count) return undefined;
    basis = round.basis;
    if (isFlat(basis)) return undefined;
    if (round.isAll) break;
    reach = reach < LAST_REACH ? reach * FURTHER : MOST_REACH;
  }
  const { count, astrayCount } = fitWithin(coordinates, basis, MOST_REACH);
  return astrayCount > MOST_ASTRAY * count ? undefined : basis;
}

/** Rows that lie in one another, or whose ways are no numbers, hold no place. */
function isFlat({ along, down }: Basis): boolean {
  const area = Math.abs(along[0] * down[1] - along[1] * down[0]);
  return !(area > FLAT * Math.hypot(...along) * Math.hypot(...down));
}

interface Round {
  readonly basis: Basis;
  /** Spots within reach, and those of them that belong to no bin. */
  readonly count: number;
  readonly astrayCount: number;
  readonly isAll: boolean;
}

/** Least squares of what bins lie astray, over bins up to `reach` from the first. */
function fitWithin({ dimension, values }: Coordinates, basis: Basis, reach: number): Round {
  const place = placeInRows(basis);
  let [count, astrayCount, spotCount, fitted] = [0, 0, 0, 0];
  let [sa, sd, saa, sad, sdd] = [0, 0, 0, 0, 0];
  let [su, sua, sud, sv, sva, svd] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < values.length; at += dimension) {
    spotCount++;
    place.find(values[at], values[at + 1]);
    const { column, row, astrayAlong: u, astrayDown: v } = place;
    if (!(Math.abs(column) <= reach && Math.abs(row) <= reach)) continue;
    count++;
    if (Math.abs(u) > NEAR || Math.abs(v) > NEAR) {
      astrayCount++;
      continue;
    }
    const a = column + (row % 2 === 0 ? 0 : basis.shift);
    fitted++;
    sa += a;
    sd += row;
    saa += a * a;
    sad += a * row;
    sdd += row * row;
    su += u;
    sua += u * a;
    sud += u * row;
    sv += v;
    sva += v * a;
    svd += v * row;
  }
  const round = { count, astrayCount, isAll: count === spotCount || reach === MOST_REACH };
  if (fitted === 0) return { ...round, basis };
  const [ma, md] = [sa / fitted, sd / fitted];
  const hold = HOLD * (1 + saa + sdd);
  const caa = saa - sa * ma + hold;
  const cad = sad - sa * md;
  const cdd = sdd - sd * md + hold;
  const determinant = caa * cdd - cad * cad;
  const slopes = (s: number, s1: number, s2: number) => {
    const [c1, c2] = [s1 - s * ma, s2 - s * md];
    const byAlong = (cdd * c1 - cad * c2) / determinant;
    const byDown = (caa * c2 - cad * c1) / determinant;
    return [byAlong, byDown, s / fitted - byAlong * ma - byDown * md] as const;
  };
  // How far astray, in bins along and down: turned into units of the positions.
  const u = slopes(su, sua, sud);
  const v = slopes(sv, sva, svd);
  const { origin, along, down } = basis;
  const step = (i: 0 | 1 | 2, axis: 0 | 1) => u[i] * along[axis] + v[i] * down[axis];
  return {
    ...round,
    basis: {
      ...basis,
      along: [along[0] + step(0, 0), along[1] + step(0, 1)],
      down: [down[0] + step(1, 0), down[1] + step(1, 1)],
      origin: [origin[0] + step(2, 0), origin[1] + step(2, 1)],
    },
  };
}
