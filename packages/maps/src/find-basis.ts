import type { Coordinates } from "@flashdeconv/core";
import { eachPair, type SpotLayout, samplesOf } from "./spot-layout.js";

type Vector = readonly [x: number, y: number];

/** Bins in rows: where bin 0 of row 0 lies, the way to the next in its row, and to the next row; odd rows lie `shift` bins further along. */
export interface Basis {
  readonly origin: Vector;
  readonly along: Vector;
  readonly down: Vector;
  readonly shift: 0 | 0.5;
}

/** How far to look for neighbours, in pitches: of a grid that is half empty the nearest are often aslant. */
const REACH = 2.2;
/** What lies closer than this share of a pitch counts as one place; differences that are as near count as one. */
const SAME_PLACE = 0.05;
const SAME_WAY = 0.15;
const MOST_WAYS = 64;
/** Ways that are this much rarer than the commonest are chance. */
const RARE = 0.25;
/** How far the second way may lean, in lengths of the first: rows of squares do not, those of hexagons do by half. */
const MOST_LEANING = 0.1;
/** Angles that differ less are equal: positions are rounded. */
const SAME_ANGLE = 1e-3;

/** Guesses from neighbours in what rows spots lie; undefined where these are neither those of squares nor of hexagons. */
export function findBasis({ dimension, values }: Coordinates, layout: SpotLayout): Basis | undefined {
  const { bounds, pitch } = layout;
  const samples = samplesOf(Math.floor(values.length / dimension), dimension);
  const pairs: { sample: number; dx: number; dy: number }[] = [];
  const reach = pitch * REACH;
  eachPair(samples, { values, dimension, bounds, reach }, (sample, dx, dy) => {
    const distance = Math.hypot(dx, dy);
    if (distance > SAME_PLACE * pitch && distance <= reach) pairs.push({ sample, dx, dy });
  });
  const ways = waysOf(pairs, SAME_WAY * pitch);
  const pair = shortestPair(ways);
  if (pair === undefined) return undefined;
  const rows = rowsOf(...pair);
  if (rows === undefined) return undefined;
  // The one with the most such neighbours is surely one of the bins.
  const counts = new Int32Array(samples.length);
  for (const { sample, dx, dy } of pairs) {
    if (pair.some((way) => distanceTo(way, [dx, dy]) < SAME_WAY * pitch)) counts[sample]++;
  }
  const anchor = samples[counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))];
  return { ...rows, origin: [values[anchor], values[anchor + 1]] };
}

/** Means of differences that are alike but for their sign, the shortest first, without the rare ones. */
function waysOf(pairs: readonly { dx: number; dy: number }[], near: number): Vector[] {
  const ways: { x: number; y: number; count: number }[] = [];
  for (const { dx, dy } of pairs) {
    const way = ways.find((one) => distanceTo([one.x, one.y], [dx, dy]) < near);
    if (way === undefined) {
      if (ways.length < MOST_WAYS) ways.push({ x: dx, y: dy, count: 1 });
      continue;
    }
    const sign = way.x * dx + way.y * dy < 0 ? -1 : 1;
    way.count++;
    way.x += (sign * dx - way.x) / way.count;
    way.y += (sign * dy - way.y) / way.count;
  }
  const most = Math.max(0, ...ways.map(({ count }) => count));
  return ways
    .filter(({ count }) => count >= RARE * most)
    .map(({ x, y }): Vector => [x, y])
    .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
}

function distanceTo([x, y]: Vector, [dx, dy]: Vector): number {
  return Math.min(Math.hypot(x - dx, y - dy), Math.hypot(x + dx, y + dy));
}

/** The two shortest ways that do not lie along each other; a line of spots has rows of one. */
function shortestPair(ways: readonly Vector[]): [Vector, Vector] | undefined {
  const [first] = ways;
  if (first === undefined) return undefined;
  const second = ways.find((way) => isAside(first, way));
  return [first, second ?? [-first[1], first[0]]];
}

/**
 * Which way rows go: of the ways to a neighbour the one that is nearest to an axis, the x axis where two are as near, downward where that
 * is so too. Rows are read toward greater x, or y, and follow each other so: the same for the same spots, however their grid came about.
 */
function rowsOf(first: Vector, second: Vector): Pick<Basis, "along" | "down" | "shift"> | undefined {
  const lean = dotOf(first, second) / dotOf(first, first);
  const isHexagonal = Math.abs(Math.abs(lean) - 0.5) < MOST_LEANING;
  if (!isHexagonal && Math.abs(lean) > MOST_LEANING) return undefined;
  const ways = isHexagonal ? [first, second, plus(second, -Math.sign(lean), first)] : [first, second];
  const [along] = ways.map(forward).sort((a, b) => {
    const difference = angleToAxis(a) - angleToAxis(b);
    if (Math.abs(difference) > SAME_ANGLE) return difference;
    return Number(isAcross(b)) - Number(isAcross(a)) || b[1] - a[1];
  });
  const other = ways.find((way) => isAside(along, way)) ?? second;
  const half = Math.round((2 * dotOf(along, other)) / dotOf(along, along)) / 2;
  const down = plus(other, -half, along);
  // The next row lies below, or to the right of rows that go down.
  const isUp = isAcross(along) ? down[1] < 0 : down[0] < 0;
  return { along, down: isUp ? [-down[0], -down[1]] : down, shift: isHexagonal ? 0.5 : 0 };
}

/** Whether two ways do not lie along each other, however long each is. */
function isAside(one: Vector, other: Vector): boolean {
  return Math.abs(crossOf(one, other)) > 0.3 * Math.hypot(...one) * Math.hypot(...other);
}

function angleToAxis([x, y]: Vector): number {
  return Math.atan2(Math.min(Math.abs(x), Math.abs(y)), Math.max(Math.abs(x), Math.abs(y)));
}

function isAcross([x, y]: Vector): boolean {
  return Math.abs(x) >= Math.abs(y) * (1 - SAME_ANGLE);
}

function forward(way: Vector): Vector {
  const isBackward = isAcross(way) ? way[0] < 0 : way[1] < 0;
  return isBackward ? [-way[0], -way[1]] : way;
}

const crossOf = (a: Vector, b: Vector) => a[0] * b[1] - a[1] * b[0];
const dotOf = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1];
const plus = (a: Vector, times: number, b: Vector): Vector => [a[0] + times * b[0], a[1] + times * b[1]];
