import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import { freeArray, freeChunk } from "@flashdeconv/core/internal";
import type { Lattice } from "./lattice.js";
import { NO_ANSWER, NO_SPOT, shareByte } from "./texel-bytes.js";
import { halvedFrame, type TexelFrame } from "./texel-frame.js";

/** Types that maps can have: a byte is one of them, or says that there is no spot or no answer. */
export const MOST_MAPPED_TYPES = 253;
/** Texels per side of a stored tile. */
export const TILE_SIDE = 512;
/** The last level fits one screen. */
const LAST_SIDE = 256;
/** Working memory by default. */
export const PYRAMID_BYTES = 2 ** 25;
/** Down to this level a texel of a lattice has 256 spots at most: sums in single precision are exact enough. */
const LAST_ROUGH_LEVEL = 4;

/** What is mapped: N spots on texels, K types. */
export interface Mapped extends Lattice {
  /** N x K; a row of a spot that has an answer sums to 1. */
  readonly proportions: ChunkSource<DenseChunk>;
  /** N: each spot's type of greatest proportion, -1 where there is no answer. */
  readonly dominant: ArrayLike<number>;
}

/** Rows of one plane of a level. Planes 0 to K - 1 are amounts of types, plane K has the largest. */
export interface MapStrip {
  readonly plane: number;
  readonly rowStart: number;
  readonly rowCount: number;
  /** Row by row; the next strip may overwrite them. */
  readonly bytes: Uint8Array;
}

export interface PyramidOptions {
  /** Working memory, beside positions; 32 MiB by default. One type of 512 rows is held in any case. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal;
}

/** The frames of all levels: each takes texels two by two of the one before, until both sides are at most 256. */
export function pyramidFrames(frame: TexelFrame): TexelFrame[] {
  const frames = [frame];
  for (let last = frame; Math.max(last.width, last.height) > LAST_SIDE; ) {
    last = halvedFrame(last);
    frames.push(last);
  }
  return frames;
}

/**
 * Paints a level, some rows of a plane after another. Amounts are means over a texel's spots that have an answer, in the order of the
 * spots: how the proportions are cut into chunks and how much memory there is make no difference to the bit.
 */
export async function* paintLevel(
  mapped: Mapped,
  level: number,
  { mostBytes = PYRAMID_BYTES, signal }: PyramidOptions = {},
): AsyncGenerator<MapStrip, void, undefined> {
  const frame = pyramidFrames(mapped.frame)[level];
  const typeCount = mapped.proportions.width;
  const isOneEach = level === 0 && mapped.frame.isLattice;
  const Sums = mapped.frame.isLattice && level <= LAST_ROUGH_LEVEL ? Float32Array : Float64Array;
  const bytesEach = isOneEach ? 1 : Sums.BYTES_PER_ELEMENT;
  const plan = planOf(frame, { typeCount, mostBytes, bytesEach });
  for (let rowStart = 0; rowStart < frame.height; rowStart += plan.rowsPerStrip) {
    const rowCount = Math.min(plan.rowsPerStrip, frame.height - rowStart);
    const strip: Strip = { level, width: frame.width, rowStart, rowCount };
    const reading = { ...plan, Sums, range: spotsOf(mapped, strip), signal };
    const paint = isOneEach ? paintSpots : paintMeans;
    for await (const plane of paint(mapped, strip, reading)) yield { ...plane, rowStart, rowCount };
  }
}

interface Plan {
  readonly rowsPerStrip: number;
  readonly typesPerBand: number;
}

/** Bytes of a texel beside its sums: counts, the largest mean, its type and what is painted. */
const MEAN_BYTES = 10;

function planOf(
  { width, height }: TexelFrame,
  { typeCount, mostBytes, bytesEach }: { typeCount: number; mostBytes: number; bytesEach: number },
): Plan {
  const [each, beside] = [bytesEach, bytesEach === 1 ? 0 : MEAN_BYTES];
  const rows = Math.floor(mostBytes / (width * (typeCount * each + beside)));
  if (rows >= height) return { rowsPerStrip: height, typesPerBand: typeCount };
  // Tiles are stored whole.
  const rowsPerStrip = Math.min(height, Math.max(1, Math.floor(rows / TILE_SIDE)) * TILE_SIDE);
  const room = mostBytes / (width * rowsPerStrip) - beside;
  return { rowsPerStrip, typesPerBand: Math.max(1, Math.min(typeCount, Math.floor(room / each))) };
}

interface Strip {
  readonly level: number;
  readonly width: number;
  readonly rowStart: number;
  readonly rowCount: number;
}

interface Reading {
  readonly Sums: Float32ArrayConstructor | Float64ArrayConstructor;
  readonly typesPerBand: number;
  readonly range: { readonly start: number; readonly end: number };
  readonly signal?: AbortSignal;
}

/** Which texel of a strip a spot's texel is part of; -1 for none. */
function withinStrip(mapped: Mapped, { level, width, rowStart, rowCount }: Strip): (spot: number) => number {
  const { texels, frame } = mapped;
  return (spot) => {
    const texel = texels[spot];
    if (texel < 0) return -1;
    const wholeRow = Math.floor(texel / frame.width);
    const row = (wholeRow >> level) - rowStart;
    if (row < 0 || row >= rowCount) return -1;
    return row * width + ((texel - wholeRow * frame.width) >> level);
  };
}

/** From the first to the last spot of a strip: spots in the order of rows need not all be read for each. */
function spotsOf(mapped: Mapped, strip: Strip): { start: number; end: number } {
  const texelOf = withinStrip(mapped, strip);
  let start = 0;
  let end = mapped.texels.length;
  while (start < end && texelOf(start) < 0) start++;
  while (start < end && texelOf(end - 1) < 0) end--;
  return { start, end };
}

interface Plane {
  readonly plane: number;
  readonly bytes: Uint8Array;
}

/** Where each texel has one spot at most, its bytes are those of the spot. */
async function* paintSpots(mapped: Mapped, strip: Strip, reading: Reading): AsyncGenerator<Plane> {
  const { dominant, proportions } = mapped;
  const { width: typeCount } = proportions;
  const texelOf = withinStrip(mapped, strip);
  const size = strip.width * strip.rowCount;
  const bands = new Uint8Array(size * reading.typesPerBand);
  for (let from = 0; from < typeCount; from += reading.typesPerBand) {
    const bandCount = Math.min(reading.typesPerBand, typeCount - from);
    bands.fill(NO_SPOT);
    for await (const chunk of rowsOf(proportions, reading)) {
      for (let row = 0; row < chunk.spotCount; row++) {
        const spot = chunk.spotStart + row;
        const texel = texelOf(spot);
        if (texel < 0) continue;
        const hasAnswer = dominant[spot] >= 0;
        for (let k = 0; k < bandCount; k++) {
          const share = hasAnswer ? chunk.values[row * typeCount + from + k] : Number.NaN;
          bands[k * size + texel] = shareByte(share);
        }
      }
      freeChunk(chunk);
    }
    for (let k = 0; k < bandCount; k++) {
      yield { plane: from + k, bytes: bands.subarray(k * size, (k + 1) * size) };
    }
  }
  const classes = bands.subarray(0, size).fill(NO_SPOT);
  for (let spot = reading.range.start; spot < reading.range.end; spot++) {
    const texel = texelOf(spot);
    if (texel >= 0) classes[texel] = dominant[spot] < 0 ? NO_ANSWER : dominant[spot] + 1;
  }
  yield { plane: typeCount, bytes: classes };
  // The next strip has its own, and what is not given back waits for the collector.
  freeArray(bands);
}

async function* paintMeans(mapped: Mapped, strip: Strip, reading: Reading): AsyncGenerator<Plane> {
  const { dominant, proportions } = mapped;
  const { width: typeCount } = proportions;
  const texelOf = withinStrip(mapped, strip);
  const size = strip.width * strip.rowCount;
  const counts = countsOf(mapped, strip, reading);
  const { Sums, typesPerBand } = reading;
  const sums = new Sums(size * typesPerBand);
  const best = new Float32Array(size);
  const classes = new Uint8Array(size);
  const bytes = new Uint8Array(size);
  for (let from = 0; from < typeCount; from += typesPerBand) {
    const bandCount = Math.min(typesPerBand, typeCount - from);
    sums.fill(0);
    for await (const chunk of rowsOf(proportions, reading)) {
      for (let row = 0; row < chunk.spotCount; row++) {
        const spot = chunk.spotStart + row;
        const texel = texelOf(spot);
        if (texel < 0 || dominant[spot] < 0) continue;
        for (let k = 0; k < bandCount; k++) {
          sums[k * size + texel] += chunk.values[row * typeCount + from + k];
        }
      }
      freeChunk(chunk);
    }
    for (let k = 0; k < bandCount; k++) {
      for (let texel = 0; texel < size; texel++) {
        const count = counts[texel];
        if (count <= 0) {
          bytes[texel] = count < 0 ? NO_ANSWER : NO_SPOT;
          classes[texel] = bytes[texel];
          continue;
        }
        const mean = Math.fround(sums[k * size + texel] / count);
        bytes[texel] = shareByte(mean);
        if (classes[texel] !== 0 && !(mean > best[texel])) continue;
        best[texel] = mean;
        classes[texel] = from + k + 1;
      }
      yield { plane: from + k, bytes };
    }
  }
  yield { plane: typeCount, bytes: classes };
  for (const array of [counts, sums, best, classes, bytes]) freeArray(array);
}

/** Spots of each texel that have an answer; -1 where there are spots and none has. */
function countsOf(mapped: Mapped, strip: Strip, { range }: Reading): Int32Array {
  const counts = new Int32Array(strip.width * strip.rowCount);
  const texelOf = withinStrip(mapped, strip);
  for (let spot = range.start; spot < range.end; spot++) {
    const texel = texelOf(spot);
    if (texel < 0) continue;
    const count = counts[texel];
    counts[texel] = mapped.dominant[spot] < 0 ? count || -1 : Math.max(count, 0) + 1;
  }
  return counts;
}

function rowsOf(proportions: ChunkSource<DenseChunk>, { range, signal }: Reading): AsyncIterable<DenseChunk> {
  return proportions.chunks({ spotRange: range, signal });
}
