import { readdirSync, readFileSync } from "node:fs";
import { evaluateProportions } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.js";

// Nine methods' proportions on one real section, with the scores published for them.
const folder = sharedData("real/starmap-cortex");

function readTable(path: string): { types: string[]; rows: Map<string, number[]> } {
  const [header, ...lines] = readFileSync(path, "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => line.replaceAll('"', "").split(","));
  return {
    types: header.slice(1),
    rows: new Map(lines.map(([spot, ...cells]) => [spot, cells.map(Number)])),
  };
}

describe.skipIf(!folder)(
  `metrics against published ones${folder ? "" : " (skipped: ../shared/data is absent)"}`,
  () => {
    const truth = folder ? readTable(`${folder}/truth.csv`) : undefined;
    const published = folder ? readFileSync(`${folder}/peers_metrics.csv`, "utf8").trim().split(/\r?\n/) : [];

    it("finds every method", () => {
      expect(published).toHaveLength(9);
      expect(readdirSync(`${folder}/peers`)).toHaveLength(9);
    });

    it.each(published.map((line) => [line.split(",")[1], line]))("%s", (method, line) => {
      const score = (name: string) => Number(new RegExp(`${name}=([0-9.]+)`).exec(line)?.[1]);
      const peer = readTable(`${folder}/peers/S1_int_ref_${method}.csv`);
      const spots = [...truth!.rows.keys()];
      // A spot that the method dropped is a row of NaN; its columns are brought into the truth's order.
      const estimate = spots.flatMap((spot) => {
        const row = peer.rows.get(spot);
        return truth!.types.map((type) => row?.[peer.types.indexOf(type)] ?? Number.NaN);
      });
      const truthValues = spots.flatMap((spot) => truth!.rows.get(spot)!);
      const result = evaluateProportions(Float64Array.from(estimate), Float64Array.from(truthValues), 12);
      expect(result.spotCount).toBe(score("n"));
      expect(result.excludedSpotCount).toBe(581 - score("n"));
      expect(Math.abs(result.pearson - score("pearson"))).toBeLessThan(0.500001e-4);
      expect(Math.abs(result.rmse - score(",rmse"))).toBeLessThan(0.500001e-4);
      expect(Math.abs(result.meanSpotRmse - score("mean_spot_rmse"))).toBeLessThan(0.500001e-4);
      expect(Math.abs(result.jensenShannonDivergence - score("jsd_nat"))).toBeLessThan(0.500001e-4);
    });
  },
);
