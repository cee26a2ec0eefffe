import { type DenseChunk, memorySource } from "@flashdeconv/core";
import type { ReportInput } from "../src/report-input.js";

/** A section on a grid, whose types lie in stripes; the last spot has no answer. */
export function stripes(
  columns: number,
  rows: number,
  typeNames: readonly string[] = ["astrocyte", "neuron", "microglia"],
): ReportInput {
  const spotCount = columns * rows;
  const width = typeNames.length;
  const values = new Float64Array(spotCount * width);
  const places = new Float64Array(2 * spotCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const column = spot % columns;
    const own = Math.floor((column * width) / columns);
    for (let k = 0; k < width; k++) values[spot * width + k] = (k === own ? 0.7 : 0) + 0.3 / width;
    places[2 * spot] = 8 * column;
    places[2 * spot + 1] = 8 * Math.floor(spot / columns);
  }
  values.fill(Number.NaN, (spotCount - 1) * width);
  return {
    name: "stripes.zarr",
    typeNames,
    proportions: memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values }),
    coordinates: { dimension: 2, values: places },
    statuses: {
      categories: ["ok", "no counts, from neighbours", "no counts", "no answer"],
      codes: Uint8Array.from({ length: spotCount }, (_, i) => (i === spotCount - 1 ? 2 : 0)),
    },
    counts: Float64Array.from({ length: spotCount }, (_, i) => (i === spotCount - 1 ? 0 : 100 + (i % 7))),
    parameters: { version: "0.1.0", method: "refined", converged: true, genes_used: 120n },
    notices: [],
  };
}

/** A section of the page. */
export function section(html: string, id: string): string {
  const start = html.indexOf(`<h2 id="${id}">`);
  return html.slice(start, html.indexOf("</section>", start));
}
