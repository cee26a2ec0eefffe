import { count, counted, percent, shortNumber } from "@flashdeconv/core/internal";
import { type Context, intervalsOf, meanOf } from "../context.js";
import { amountDrawing, type Canvas, pngOf } from "../drawing.js";
import { imgHtml, type MapFigure, mapFigure, mapHtml, packWithin, rampSvg, shareScale } from "../figures.js";
import { quantileOf, type SiteSums } from "../gather.js";
import { swatch } from "../page/charts.js";
import { listed, nameText } from "../page/text.js";
import { PALE_BELOW, type TypeMap, typeMap } from "../type-map.js";

/** All maps of types together; a report of a million spots stays below 4 MB. */
const MOST_MAP_BYTES = 1_850_000;
const MOST_WHOLE_BYTES = 600_000;

export const NO_POSITIONS =
  "<p>This result has no positions, so there are no maps. Write the result to a store (.zarr or .h5ad) to keep them.</p>";

/** The largest type of each spot, with a legend by abundance. */
export async function dominantMap(context: Context): Promise<string> {
  const { canvas, input, order, colors, figures } = context;
  if (canvas === undefined) return NO_POSITIONS + legend(context);
  const map = await whole(context, canvas);
  const top = order.slice(0, 5).map((k) => `${input.typeNames[k]} ${percent(meanOf(context, k))}`);
  const figure = mapFigure(map.drawing, canvas, {
    title: "largest type",
    label: `Map of the largest type of each spot. On average: ${top.join(", ")}`,
    legend: order.slice(0, map.shownCount).map((k) => ({ name: input.typeNames[k], color: colors[k] })),
  });
  figures.push(figure);
  const html = await mapHtml(figure, canvas, (index) => {
    const type = map.typeAt(index);
    const name = type === undefined ? "no answer" : input.typeNames[type];
    const tail = map.isPale(index) ? `, below ${percent(PALE_BELOW)}` : "";
    return { attributes: type === undefined ? "" : ` data-type="${type}"`, title: name + tail };
  });
  return (
    `<div class="whole" data-shown="${map.shownCount}"><figure>${html}<figcaption>The largest type of each spot; paler where it has less than ${percent(PALE_BELOW)} or the answer is not the spot's own, grey without an answer. ${orientation(context)}</figcaption></figure>` +
    `${legend(context, map.indexOf)}</div><p id="named" role="status"></p>`
  );
}

/** With fewer pixels where it would be too large. */
async function whole({ gathered, input, order, colors }: Context, canvas: Canvas): Promise<TypeMap> {
  const what = { colors, order, statuses: input.statuses };
  const map = typeMap(canvas, gathered, what);
  if (canvas.isVector || (await pngOf(map.drawing)).length <= MOST_WHOLE_BYTES) return map;
  return typeMap({ ...canvas, large: canvas.small }, gathered, what);
}

function orientation({ canvas, input }: Context): string {
  if (canvas === undefined) return "";
  const { small, large, isVector } = canvas;
  const shared =
    isVector || large.isPerSpot ? "" : " Several spots share a pixel: what most of them have is shown.";
  const depth = input.coordinates?.dimension === 3 ? " Seen along the third axis." : "";
  const scale =
    canvas.micrometersPerUnit === undefined
      ? ` No scale bar: the size of a unit is not known.${canvas.pitch > 0 ? ` Spots lie ${shortNumber(canvas.pitch)} units apart.` : ""}`
      : "";
  const one =
    small.frame.width === small.frame.height && canvas.pitch === 0 ? " All spots lie in one place." : "";
  return `y grows downward, as in images.${scale}${shared}${depth}${input.coordinates && canvas.pitch === 0 ? one : ""}`;
}

function legend(context: Context, indexOf: readonly number[] = []): string {
  const { input, order, colors, gathered, silent } = context;
  const rows = order.map((k) => {
    const share = gathered.answered > 0 && !silent.has(k) ? percent(meanOf(context, k)) : "–";
    return `<li data-type="${k}" data-index="${indexOf[k] ?? 0}">${swatch(colors[k])} <span class="name">${nameText(input.typeNames[k])}</span> <span class="share">${share}</span></li>`;
  });
  return `<ul class="legend" aria-label="Cell types, with their mean share">${rows.join("")}</ul>`;
}

/** A map for each type, the most abundant first; with intervals the lower bound beside it. */
export async function typeMaps(context: Context): Promise<string> {
  const { canvas, gathered, sites, low, silent, doubts, input, figures } = context;
  if (gathered.answered === 0) return "<p>No spot has an answer.</p>";
  const order = context.order.filter((k) => !silent.has(k));
  const facts = order.map((k) => ({ k, high: quantileOf(gathered, k, 0.99) || 1 }));
  if (canvas === undefined || sites === undefined) return NO_POSITIONS;
  const made = facts.map(({ k, high }) => ({
    k,
    high,
    map: figureOf(context, sites, { k, high, isLow: false }),
  }));
  const lows = facts.map(
    ({ k, high }) => low?.sites && figureOf(context, low.sites, { k, high, isLow: true }),
  );
  figures.push(...made.map(({ map }) => map), ...lows.filter((map) => map !== undefined));
  const all = [...made.map(({ map }) => map), ...lows.filter((map) => map !== undefined)];
  const packed = canvas.isVector
    ? undefined
    : await packWithin(
        all.map(({ drawing }) => drawing),
        MOST_MAP_BYTES,
      );
  const show = async (map: MapFigure | undefined) => {
    if (map === undefined) return "";
    if (packed === undefined) return mapHtml(map, canvas);
    const { image, png } = packed[all.indexOf(map)];
    return imgHtml(png, image, map.label);
  };
  const parts: string[] = [];
  for (const [i, { k, high, map }] of made.entries()) {
    const name = nameText(input.typeNames[k]);
    const beside = lows[i] && `<div class="pair">${await show(map)}${await show(lows[i])}</div>`;
    const present = low
      ? `<strong>Present in ${counted(low.above[k], "spot")}${doubts.isDoubtful(k) ? ", in doubt" : ""}.</strong> `
      : "";
    parts.push(
      `<figure><h3>${name}</h3>${beside ?? (await show(map))}${scale(high)}<figcaption>${present}Mean ${percent(meanOf(context, k))}, 99th percentile ${percent(quantileOf(gathered, k, 0.99))}, above 5 % in ${count(gathered.above5[k])} spots.</figcaption></figure>`,
    );
  }
  const isDoubtful = order.some(doubts.isDoubtful);
  const doubt = isDoubtful ? " Where that is in doubt, bounds may be too narrow: 1 says why." : "";
  const none =
    silent.size > 0
      ? `<p>No map of what could not be found: ${listed([...silent].map((k) => input.typeNames[k]))}.</p>`
      : "";
  const told = low
    ? `Left the estimate, right the lower bound: at least so much. A type is called present where that lies above ${percent(intervalsOf(input).presentAbove)}.${doubt}`
    : "Each has a scale of its own, from 0 to the type's 99th percentile. This result has no intervals: how sure a share is, is not shown.";
  return `<p>${told}</p><div class="maps">${parts.join("\n")}</div>${none}`;
}

function figureOf(
  { canvas, input, gathered, doubts }: Context,
  { sums, counts }: SiteSums,
  { k, high, isLow }: { readonly k: number; readonly high: number; readonly isLow: boolean },
): MapFigure {
  if (canvas === undefined) throw new Error("a map without positions");
  const amounts = { sums, counts, width: input.typeNames.length, column: k };
  const drawing = amountDrawing(canvas, amounts, [0, high]);
  const name = input.typeNames[k];
  const mean = percent(gathered.sums[k] / gathered.answered);
  const title = isLow ? `${name}, at least${doubts.isDoubtful(k) ? " (in doubt)" : ""}` : name;
  return mapFigure(drawing, canvas, {
    title,
    label: isLow
      ? `Map of the lower bound of ${name}`
      : `Map of ${name}: ${mean} on average, at most ${percent(high)} in 99 of 100 spots`,
    legend: shareScale(high),
  });
}

function scale(high: number): string {
  const [from, to] = shareScale(high);
  return `<div class="ramp"><svg viewBox="0 0 128 12" width="128" height="10" preserveAspectRatio="none" aria-hidden="true">${rampSvg(128)}</svg><span>${from}</span><span>${to}</span></div>`;
}
