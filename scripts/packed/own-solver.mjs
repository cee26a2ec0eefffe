// A solver of one's own, as an object: gives each spot to the type whose signature it is most like.
import { collect, memorySource } from "@flashdeconv/core";
import { deconvolve } from "@flashdeconv/pipeline";

/** @type {import("@flashdeconv/solver").Solver} */
const nearest = {
  name: "nearest",
  coupling: "independent",
  input: "statistics",
  resolveOptions: () => ({}),
  start: ({ typeNames: { length: K }, gram }) => ({
    statWidth: K + 1,
    settings: {},
    summarize: (rows, out) => out.set(rows.values),
    sweep({ spots, statistics }, abundance) {
      for (const spot of spots) {
        const likeness = Array.from(
          { length: K },
          (_, k) => statistics[spot * (K + 1) + k] / Math.sqrt(gram[k * K + k]),
        );
        abundance[spot * K + likeness.indexOf(Math.max(...likeness))] = 1;
      }
      return { largestChange: 0 };
    },
  }),
};

const geneNames = ["Aqp4", "Gad1"];
const values = Float32Array.of(30, 2, 1, 25);
const rows = { indptr: Int32Array.of(0, 2, 4), indices: Int32Array.of(0, 1, 0, 1), values };
const counts = memorySource({ kind: "csr", spotStart: 0, spotCount: 2, width: 2, ...rows });
const readCoordinates = async () => ({
  dimension: /** @type {const} */ (2),
  values: Float64Array.of(0, 0, 1, 0),
});
const reference = { typeNames: ["Astrocyte", "Neuron"], geneNames, values: Float64Array.of(9, 1, 1, 8) };
const result = await deconvolve({ counts, geneNames, readCoordinates }, reference, { solver: nearest });
const { values: found } = await collect(result.proportions);
if (String(found) !== "1,0,0,1") throw new Error(`found ${found}`);
