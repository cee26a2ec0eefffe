import { CoordinateError } from "@flashdeconv/core";
import { measureSpots } from "@flashdeconv/maps";
import { findLattice, type TexelFrame, texelAt } from "@flashdeconv/maps/internal";
import type { Ground } from "../contracts.js";
import type { Positions } from "./positions.js";

/** Where spots lie, and on which texel each is. */
export interface Placed {
  readonly ground: Ground;
  /** Of each spot its texel, -1 for none; undefined where each is a point. */
  readonly texels: Int32Array | undefined;
}

/** More spots than this are not drawn as points, each by itself. */
export const MOST_POINTS = 300_000;

/** Reads positions and lays spots out: on a lattice if they lie on one, as points where they are few, else as texels of many. */
export async function layOut(read: Positions, spotCount: number, signal?: AbortSignal): Promise<Placed> {
  const values = new Float64Array(2 * spotCount);
  await read((places, start) => values.set(places, 2 * start), signal);
  const coordinates = { dimension: 2 as const, values };
  const hasPlace = values.some((value, i) => i % 2 === 0 && Number.isFinite(value + values[i + 1]));
  if (!hasPlace) {
    throw new CoordinateError({
      subject: "the result",
      found: "no spot with a position",
      expected: "x and y of each spot",
      remedy: "Run again on a section that has positions.",
    });
  }
  const { frame, texels } = findLattice(coordinates);
  if (frame.isLattice || spotCount > MOST_POINTS) return { ground: { kind: "texels", frame }, texels };
  const { pitch, isSquare, bounds } = measureSpots(coordinates);
  const origin = [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] as const;
  const places = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) places[i] = values[i] - origin[i % 2];
  return { ground: { kind: "points", places, origin, pitch, isSquare }, texels: undefined };
}

/** The texel of each spot on a frame that is known. Positions are not held. */
export async function texelsOn(
  frame: TexelFrame,
  read: Positions,
  { spotCount, signal }: { readonly spotCount: number; readonly signal?: AbortSignal },
): Promise<Int32Array> {
  const texels = new Int32Array(spotCount).fill(-1);
  await read((places, start) => {
    for (let i = 0; 2 * i < places.length; i++) {
      const [x, y] = [places[2 * i], places[2 * i + 1]];
      if (Number.isFinite(x + y)) texels[start + i] = texelAt(frame, x, y);
    }
  }, signal);
  return texels;
}

/** The spot on each texel, -1 for none; of several the first. */
export function spotsOf(texels: Int32Array, texelCount: number): Int32Array {
  const spots = new Int32Array(texelCount).fill(-1);
  for (let spot = texels.length - 1; spot >= 0; spot--) if (texels[spot] >= 0) spots[texels[spot]] = spot;
  return spots;
}
