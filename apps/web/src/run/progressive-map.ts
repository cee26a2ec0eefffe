import type { Coordinates } from "@flashdeconv/core";
import { measureSpots, typeColors } from "@flashdeconv/maps";
import { findLattice, NO_ANSWER, NO_SPOT } from "@flashdeconv/maps/internal";
import type { DeconvolveCallbacks } from "@flashdeconv/pipeline";
import type { Ground } from "@flashdeconv/viewer";
import type { RunPicture } from "./protocol.js";

type SweptSpots = Parameters<NonNullable<DeconvolveCallbacks["onSweep"]>>[0];

/** Milliseconds between pictures, at least. */
const PAUSE = 1000;
/** A byte tells no more types apart. */
const MOST_TYPES = 253;
/** Spots that lie in no rows are drawn one by one up to so many, as the viewer does. */
const MOST_POINTS = 300_000;

/** Where each spot is drawn. */
interface Layout {
  readonly ground: Ground;
  readonly count: number;
  /** N: its texel, or -1; undefined where each spot has a byte of its own. */
  readonly texels: Int32Array | undefined;
}

/** Draws what a solve knows so far, at most once a second. */
export function progressiveMap(
  coordinates: Coordinates,
  tell: (picture: RunPicture) => void,
  now: () => number = () => performance.now(),
): (spots: SweptSpots) => void {
  const { ground, count, texels } = layOut(coordinates);
  let last = Number.NEGATIVE_INFINITY;
  let isFirst = true;
  return ({ typeNames, abundance }) => {
    if (typeNames.length > MOST_TYPES || now() - last < PAUSE) return;
    const bytes = new Uint8Array(count).fill(texels ? NO_SPOT : NO_ANSWER);
    const typeCount = typeNames.length;
    const spotCount = abundance.length / typeCount;
    for (let spot = 0; spot < spotCount; spot++) {
      const at = texels ? texels[spot] : spot;
      if (at < 0) continue;
      const first = spot * typeCount;
      let most = 0;
      let greatest = NO_ANSWER;
      for (let k = 0; k < typeCount; k++) {
        if (abundance[first + k] > most) {
          most = abundance[first + k];
          greatest = k + 1;
        }
      }
      bytes[at] = greatest;
    }
    tell(isFirst ? { ground, typeNames, colors: typeColors(typeNames), bytes } : { bytes });
    isFirst = false;
    last = now();
  };
}

function layOut(coordinates: Coordinates): Layout {
  const { frame, texels } = findLattice(coordinates);
  if (frame.isLattice || texels.length > MOST_POINTS) {
    return { ground: { kind: "texels", frame }, count: frame.width * frame.height, texels };
  }
  const { dimension, values } = coordinates;
  const { bounds, pitch, isSquare } = measureSpots(coordinates);
  const [x, y] = bounds;
  const places = new Float32Array(2 * texels.length);
  for (let spot = 0; spot < texels.length; spot++) {
    places[2 * spot] = values[dimension * spot] - x;
    places[2 * spot + 1] = values[dimension * spot + 1] - y;
  }
  const ground: Ground = { kind: "points", places, origin: [x, y], pitch, isSquare };
  return { ground, count: texels.length, texels: undefined };
}
