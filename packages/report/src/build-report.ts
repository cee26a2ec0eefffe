import { type Coordinates, ShapeError } from "@flashdeconv/core";
import { rgbOf, typeColors } from "@flashdeconv/maps";
import { type Context, intervalsOf } from "./context.js";
import { doubtsOf, silentTypes } from "./doubts.js";
import { canvasFor } from "./drawing.js";
import type { Figure } from "./figures.js";
import { gather, gatherSums } from "./gather.js";
import { gatherIntervals } from "./gather-intervals.js";
import { page } from "./page/page.js";
import type { ReportInput } from "./report-input.js";
import { amounts } from "./sections/amounts.js";
import { howMade, limits, smoothing } from "./sections/how-made.js";
import { howSure } from "./sections/how-sure.js";
import { inShort } from "./sections/in-short.js";
import { reference } from "./sections/reference.js";
import { byRegion, together } from "./sections/together.js";
import { whereItFails } from "./sections/unexplained.js";
import { dominantMap, typeMaps } from "./sections/where.js";

/** A report: a page that is whole by itself, and its pictures as files of their own. */
export interface Report {
  readonly html: string;
  readonly figures: readonly Figure[];
}

/**
 * Makes the report of a result. Proportions are read once, by chunks; beside them it holds about 16 bytes per spot and the maps.
 *
 * @throws ShapeError where what is given of spots or types differs in length
 */
export async function buildReport(
  input: ReportInput,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Report> {
  checkLengths(input);
  const { typeNames, coordinates, low, high, statuses } = input;
  const canvas =
    coordinates && coordinates.values.length > 0
      ? canvasFor(coordinates, typeNames.length * (low ? 2 : 1), input.micrometersPerUnit)
      : undefined;
  const { gathered, sites } = await gather(input, canvas?.small, signal);
  const limit = intervalsOf(input).presentAbove;
  const lower = low && (await gatherIntervals(low, high, { raster: canvas?.small, limit, signal, statuses }));
  const cells = input.cells && (await gatherSums(input.cells, { signal, statuses }));
  const own = typeColors(typeNames);
  const silent = silentTypes(input);
  const context: Context = {
    input,
    gathered,
    canvas,
    sites,
    low: lower,
    cells,
    colors: own.map((color, k) => {
      const given = input.typeColors?.[k];
      return given !== undefined && rgbOf(given) ? given.slice(0, 7).toLowerCase() : color;
    }),
    doubts: doubtsOf(input),
    silent,
    // What nothing could find comes last.
    order: [...typeNames.keys()].sort(
      (a, b) => Number(silent.has(a)) - Number(silent.has(b)) || gathered.sums[b] - gathered.sums[a] || a - b,
    ),
    figures: [],
  };
  const where = await dominantMap(context);
  const version = input.parameters.version;
  const html = await page(input.name, typeof version === "string" ? version : undefined, [
    { id: "short", title: "In short", html: inShort(context) },
    { id: "where", title: "Where each type is", html: where },
    { id: "maps", title: "One map per type", html: await typeMaps(context) },
    { id: "amounts", title: "Amounts", html: amounts(context) },
    { id: "sure", title: "How sure", html: await howSure(context) },
    { id: "fails", title: "Where the reference fails", html: await whereItFails(context) },
    { id: "regions", title: "By region", html: byRegion(context) },
    { id: "together", title: "Which types go together", html: together(context) },
    { id: "reference", title: "Reference", html: reference(context) },
    { id: "smoothing", title: "Smoothing", html: smoothing(context) },
    { id: "made", title: "How made, and how to repeat it", html: howMade(context) },
    { id: "limits", title: "What this cannot tell", html: limits(context) },
  ]);
  return { html, figures: context.figures };
}

function checkLengths(input: ReportInput): void {
  const {
    proportions,
    typeNames,
    coordinates,
    statuses,
    classes,
    resolvedLevels,
    counts,
    measures = [],
    regions = [],
    low,
    high,
    cells,
    signature,
  } = input;
  const { spotCount } = proportions;
  const places = (one: Coordinates | undefined) => one && one.values.length / one.dimension;
  const lengths: [subject: string, found: number | undefined, expected: number][] = [
    ["columns of proportions", proportions.width, typeNames.length],
    ["columns of lower bounds", low?.width, typeNames.length],
    ["lower bounds", low?.spotCount, spotCount],
    ["columns of upper bounds", high?.width, typeNames.length],
    ["upper bounds", high?.spotCount, spotCount],
    ["columns of cells", cells?.width, typeNames.length],
    ["cells", cells?.spotCount, spotCount],
    ["coordinates", places(coordinates), spotCount],
    ["statuses", statuses?.codes.length, spotCount],
    ["classes", classes?.codes.length, spotCount],
    ["resolved levels", resolvedLevels?.codes.length, spotCount],
    ["counts", counts?.length, spotCount],
    ...measures.map(({ name, values }) => [name, values.length, spotCount] as [string, number, number]),
    ...regions.map(({ name, codes }) => [name, codes.length, spotCount] as [string, number, number]),
    ["cells per type", signature?.cellCounts?.length, typeNames.length],
    ["products of signatures", signature?.gram?.length, typeNames.length],
  ];
  for (const [subject, found, expected] of lengths) {
    if (found === undefined || found === expected) continue;
    throw new ShapeError({
      subject,
      found: `${found}`,
      expected: `${expected}, as the proportions have`,
      remedy: "The result is damaged: write it again.",
    });
  }
}
