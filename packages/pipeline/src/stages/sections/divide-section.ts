import { type Coordinates, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { OtherMatrix, SpatialInput, SpotSections } from "../../contracts/inputs.js";
import type { SectionRows } from "../../contracts/tasks.js";
import { checkCoordinates } from "../check-inputs.js";
import { firstsOf, selectRows, storeRow } from "./select-rows.js";

/** The sections of one store, each as an input of its own: what a store with its spots alone would be. */
export function divideSection(spatial: SpatialInput, sections: SpotSections): SpatialInput[] {
  const { spotCount } = spatial.counts;
  if (sections.codes.length !== spotCount) {
    throw new ShapeError({
      subject: "sections",
      found: `${sections.codes.length} codes for ${numbered(spotCount, "spot")}`,
      expected: "one code per spot",
      remedy: "The two do not belong together: read both from the same store.",
    });
  }
  return rowsOf(sections).map((rows, i) => ({ ...partOf(spatial, rows), name: sections.names[i] }));
}

function partOf(spatial: SpatialInput, rows: SectionRows): SpatialInput {
  const { counts, location, otherMatrices, cellsPerSpot } = spatial;
  const firsts = firstsOf(rows);
  return {
    ...spatial,
    counts: selectRows(counts, rows),
    ...(cellsPerSpot && { cellsPerSpot: pickRows(cellsPerSpot, rows, firsts[rows.starts.length]) }),
    ...(location && { location: { ...location, rows: { ...rows, id: crypto.randomUUID() } } }),
    async readCoordinates(options) {
      const all = await spatial.readCoordinates(options);
      checkCoordinates(all, counts.spotCount);
      return pickCoordinates(all, rows, firsts[rows.starts.length]);
    },
    async readSpotName(spot) {
      const row = storeRow(rows, firsts, spot);
      return (await spatial.readSpotName?.(row)) ?? `number ${row}`;
    },
    ...(otherMatrices && {
      async otherMatrices(options) {
        const found: OtherMatrix[] = [];
        for (const { layer, counts: other } of await otherMatrices(options)) {
          if (other.spotCount === counts.spotCount) found.push({ layer, counts: selectRows(other, rows) });
        }
        return found;
      },
    }),
  };
}

/** Runs of each section's rows, in memory that threads can share where there is such. */
function rowsOf({ codes, names }: SpotSections): SectionRows[] {
  const runCounts = new Int32Array(names.length);
  for (let row = 0; row < codes.length; row++) if (codes[row] !== codes[row - 1]) runCounts[codes[row]]++;
  const rows = Array.from(runCounts, (count) => ({ starts: sharedInts(count), ends: sharedInts(count) }));
  runCounts.fill(0);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row];
    if (code !== codes[row - 1]) rows[code].starts[runCounts[code]++] = row;
    rows[code].ends[runCounts[code] - 1] = row + 1;
  }
  return rows;
}

function sharedInts(length: number): Int32Array {
  if (typeof SharedArrayBuffer === "undefined") return new Int32Array(length);
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

function pickRows(values: StatArray, { starts, ends }: SectionRows, spotCount: number): StatArray {
  const own = values.slice(0, spotCount);
  let spot = 0;
  for (const [run, start] of starts.entries()) {
    own.set(values.subarray(start, ends[run]), spot);
    spot += ends[run] - start;
  }
  return own;
}

/** Those of the section. Where they are all of one component they are of none: no other is there to be told apart. */
function pickCoordinates(
  { dimension, values, components }: Coordinates,
  { starts, ends }: SectionRows,
  spotCount: number,
): Coordinates {
  const own = new Float64Array(spotCount * dimension);
  const ownComponents = components && new Int32Array(spotCount);
  let spot = 0;
  for (const [run, start] of starts.entries()) {
    own.set(values.subarray(start * dimension, ends[run] * dimension), spot * dimension);
    if (components) ownComponents?.set(components.subarray(start, ends[run]), spot);
    spot += ends[run] - start;
  }
  const isSplit = ownComponents?.some((component) => component !== ownComponents[0]);
  return { dimension, values: own, ...(isSplit && { components: ownComponents }) };
}
