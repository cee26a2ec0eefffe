import type { Notice } from "@flashdeconv/core";
import { type Deconvolution, SPOT_STATUSES } from "@flashdeconv/pipeline";
import { countOf, formatCount, formatPercent } from "./format.js";
import { openInPython, type ToldPlace, tellPlace } from "./open-in-python.js";
import { commonOf, describeSections, genesText, sectionsOf, smoothingText } from "./section-facts.js";
import { table } from "./table.js";
import type { Outcome } from "./terminal.js";

/** What a run found and where it lies. */
export async function describeRun(
  place: ToldPlace,
  result: Deconvolution,
  notices: readonly Notice[],
): Promise<Outcome> {
  const { path, key } = place;
  const { spotCount, typeNames, parameters } = result;
  const types = await summarizeTypes(result);
  const { sweeps, converged, proportion_error_estimate: error } = parameters;
  const sections = sectionsOf(parameters);
  const statuses = countStatuses(result);
  const shown = [...types].sort((a, b) => (b.meanProportion ?? 0) - (a.meanProportion ?? 0));
  const lines = [
    `${tellPlace(place)}, ${countOf(spotCount, "spot")} x ${countOf(typeNames.length, "cell type")}`,
    `method ${parameters.method ?? parameters.solver}, ` +
      `${genesText(sections)} used${smoothingText(sections)}`,
    `${converged ? "converged" : "NOT converged"} after ${countOf(sweeps as number, "sweep")}` +
      `${typeof error === "number" && error > 0 ? `, solved to within ${error.toPrecision(1)} of the optimum` : ""}`,
    ...Object.entries(statuses)
      .filter(([status, count]) => status !== "ok" && count > 0)
      .map(([status, count]) => `${countOf(count, "spot")}: ${status}`),
    "",
    ...table(
      [
        "cell type",
        parameters.amount === "cells" ? "mean proportion of cells" : "mean proportion",
        "dominant in spots",
      ],
      shown.map(({ name, meanProportion, dominantSpotCount }) => [
        name,
        meanProportion === null ? "-" : formatPercent(meanProportion),
        formatCount(dominantSpotCount),
      ]),
    ),
    "",
    ...openInPython(place),
  ];
  return {
    lines,
    json: {
      result: path,
      key,
      format: place.format,
      spot_count: spotCount,
      cell_types: types.map(({ name, meanProportion, dominantSpotCount }) => ({
        name,
        mean_proportion: meanProportion,
        dominant_spot_count: dominantSpotCount,
      })),
      spot_statuses: statuses,
      amount: parameters.amount,
      ...commonOf(sections),
      method: parameters.method ?? null,
      solver: parameters.solver,
      sweeps,
      converged,
      proportion_error_estimate: error,
      objective: parameters.objective,
      kkt_residual: parameters.kkt_residual,
      sections: describeSections(sections),
      notices,
    },
  };
}

interface TypeSummary {
  readonly name: string;
  /** Over the spots that have proportions; null where none has. */
  readonly meanProportion: number | null;
  readonly dominantSpotCount: number;
}

async function summarizeTypes(result: Deconvolution): Promise<TypeSummary[]> {
  const { typeNames, proportions, dominant } = result;
  const width = typeNames.length;
  const sums = new Float64Array(width);
  const dominantCounts = new Int32Array(width);
  let answered = 0;
  for await (const { values } of proportions.chunks()) {
    for (let start = 0; start < values.length; start += width) {
      if (Number.isNaN(values[start])) continue;
      answered++;
      for (let k = 0; k < width; k++) sums[k] += values[start + k];
    }
  }
  for (const type of dominant) if (type >= 0) dominantCounts[type]++;
  return typeNames.map((name, k) => ({
    name,
    meanProportion: answered === 0 ? null : sums[k] / answered,
    dominantSpotCount: dominantCounts[k],
  }));
}

function countStatuses({ statuses }: Deconvolution): Record<string, number> {
  const counts = SPOT_STATUSES.map(() => 0);
  for (const status of statuses) counts[status]++;
  return Object.fromEntries(SPOT_STATUSES.map((name, i) => [name, counts[i]]));
}
