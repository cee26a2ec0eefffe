import type { Notice } from "@flashdeconv/core";
import { type Deconvolution, type Parameters, SPOT_STATUSES } from "@flashdeconv/pipeline";
import { PRESENT } from "@flashdeconv/pipeline/internal";
import { countOf, formatCount, formatPercent } from "@flashdeconv/results/internal";
import type { CountedResult } from "./counted-result.js";
import { openInPython, type ToldPlace, tellPlace } from "./open-in-python.js";
import { exitCodeFor, type FailOn, isMismatch, scoreLines } from "./reference-score.js";
import { commonOf, describeSections, genesText, sectionsOf, smoothingText } from "./section-facts.js";
import { classesJson, classText, countCategories, levelText } from "./spot-classes.js";
import { depthText, spotsByDepth } from "./spots-by-depth.js";
import { table } from "./table.js";
import type { Outcome } from "./terminal.js";

/** What a run found and where it lies. */
export async function describeRun(
  place: ToldPlace,
  result: CountedResult,
  notices: readonly Notice[],
  failOn?: FailOn,
): Promise<Outcome> {
  const { path, key } = place;
  const { spotCount, typeNames, parameters } = result;
  const types = await summarizeTypes(result);
  const { max_types: maxTypes } = parameters;
  const classes =
    typeof maxTypes === "number" ? ((await countCategories(result.tables, "class")) ?? {}) : undefined;
  const sections = sectionsOf(parameters);
  const statuses = countStatuses(result);
  const depths = spotsByDepth(result.counts);
  // Of a reference that does not describe the section nothing is claimed.
  const claims = !isMismatch(sections);
  const levels = claims ? await countCategories(result.tables, "resolved_level") : undefined;
  const lines = [
    ...scoreLines(sections),
    `${tellPlace(place)}, ${countOf(spotCount, "spot")} x ${countOf(typeNames.length, "cell type")}`,
    `method ${parameters.method ?? parameters.solver}, ` +
      `${genesText(sections)} used${smoothingText(sections)}`,
    classes ? classText(maxTypes as number, claims ? classes : {}) : solveText(parameters, claims),
    ...Object.entries(statuses)
      .filter(([status, count]) => status !== "ok" && count > 0)
      .map(([status, count]) => `${countOf(count, "spot")}: ${status}`),
    depthText(depths),
    ...(levels ? [levelText(levels)] : []),
    ...(claims ? ["", ...typeTable(types, parameters.amount)] : []),
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
      cell_types: types.map(({ name, meanProportion, dominantSpotCount, presentSpotCount }) => ({
        name,
        mean_proportion: claims ? meanProportion : null,
        dominant_spot_count: claims ? dominantSpotCount : null,
        present_spot_count: claims ? presentSpotCount : null,
      })),
      spot_statuses: statuses,
      max_types: maxTypes ?? null,
      spot_classes: classes && claims ? classesJson(classes) : null,
      resolved_levels: levels ? classesJson(levels) : null,
      amount: parameters.amount,
      ...commonOf(sections),
      method: parameters.method ?? null,
      solver: parameters.solver,
      sweeps: parameters.sweeps,
      converged: parameters.converged,
      proportion_error_estimate: claims ? parameters.proportion_error_estimate : null,
      spots_by_depth: depths,
      objective: parameters.objective,
      kkt_residual: parameters.kkt_residual,
      sections: describeSections(sections),
      notices,
    },
    ...exitCodeFor(sections, failOn),
  };
}

/** How the solve ended. */
function solveText(
  { sweeps, converged, proportion_error_estimate: error }: Parameters,
  claims: boolean,
): string {
  const isTold = claims && typeof error === "number" && error > 0;
  return (
    `${converged ? "converged" : "NOT converged"} after ${countOf(sweeps as number, "sweep")}` +
    `${isTold ? `, the solver is within ${error.toPrecision(1)} of its own optimum, which says nothing about the truth` : ""}`
  );
}

function typeTable(types: readonly TypeSummary[], amount: Parameters[string]): string[] {
  const shown = [...types].sort((a, b) => (b.meanProportion ?? 0) - (a.meanProportion ?? 0));
  const hasIntervals = shown.some(({ presentSpotCount }) => presentSpotCount !== null);
  const told = table(
    [
      "cell type",
      amount === "cells" ? "mean proportion of cells" : "mean proportion",
      "dominant in spots",
      ...(hasIntervals ? ["present in spots"] : []),
    ],
    shown.map(({ name, meanProportion, dominantSpotCount, presentSpotCount }) => [
      name,
      meanProportion === null ? "-" : formatPercent(meanProportion),
      formatCount(dominantSpotCount),
      ...(hasIntervals ? [formatCount(presentSpotCount ?? 0)] : []),
    ]),
  );
  if (!hasIntervals) return told;
  return [
    ...told,
    `present: the lower bound of its interval is above ${PRESENT}. 90 % of intervals hold the truth if the reference is right.`,
  ];
}

interface TypeSummary {
  readonly name: string;
  /** Over the spots that have proportions from a reference that describes them; null where none has. */
  readonly meanProportion: number | null;
  readonly dominantSpotCount: number;
  /** Spots where its lower bound says that it is there; null without intervals. */
  readonly presentSpotCount: number | null;
}

async function summarizeTypes(result: CountedResult): Promise<TypeSummary[]> {
  const { typeNames, proportions, dominant, statuses } = result;
  const claims = (spot: number) => SPOT_STATUSES[statuses[spot]] !== "reference mismatch";
  const width = typeNames.length;
  const sums = new Float64Array(width);
  const dominantCounts = new Int32Array(width);
  let answered = 0;
  for await (const { spotStart, values } of proportions.chunks()) {
    for (let start = 0; start < values.length; start += width) {
      if (Number.isNaN(values[start]) || !claims(spotStart + start / width)) continue;
      answered++;
      for (let k = 0; k < width; k++) sums[k] += values[start + k];
    }
  }
  for (const [spot, type] of dominant.entries()) if (type >= 0 && claims(spot)) dominantCounts[type]++;
  const present = await result.presentSpotCounts();
  return typeNames.map((name, k) => ({
    name,
    meanProportion: answered === 0 ? null : sums[k] / answered,
    dominantSpotCount: dominantCounts[k],
    presentSpotCount: present ? present[k] : null,
  }));
}

function countStatuses({ statuses }: Deconvolution): Record<string, number> {
  const counts = SPOT_STATUSES.map(() => 0);
  for (const status of statuses) counts[status]++;
  return Object.fromEntries(SPOT_STATUSES.map((name, i) => [name, counts[i]]));
}
