import { count, percent } from "@flashdeconv/core/internal";
import type { Context } from "../context.js";
import { mapFigure, mapHtml } from "../figures.js";
import { groupDrawing } from "../group-map.js";
import { swatch } from "../page/charts.js";
import { nameText, table } from "../page/text.js";
import { mismatchIn, type SpotGroups } from "../report-input.js";

/** What each status means, and what to do. */
const STATUSES: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  ok: ["answered from its own counts and its neighbours", ""],
  "no counts, from neighbours": [
    "has no counts: the answer is its neighbours'",
    "leave it out where single spots matter",
  ],
  "no counts": ["has no counts and no answer", "leave it out"],
  "no answer": ["has counts, but none that the reference explains", "look at its genes"],
  "few counts": ["has too few counts for an answer of its own", "trust regions, not the spot"],
  "from neighbours": ["the answer is mostly its neighbours'", "trust regions, not the spot"],
  "reference mismatch": [
    "the reference does not describe the section",
    "do not use the answer: check gene names, species, tissue, labels",
  ],
};

/** Grey for spots that are as they should be. */
const OK = "#d0d0d0";
const COLORS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#3c3c5a"];
/** More levels than this share the last colour. */
const LEVEL_COLORS = ["#d0d0d0", "#56b4e9", "#0072b2", "#009e73", "#e69f00"];
const NOT_RESOLVED = "#d55e00";
const STATUS_MAP = { title: "status", remark: "Grey is ok." };
const LEVEL_MAP = { title: "resolved level", remark: "Dark grey has no answer." };

/** How many spots have each status and what it means, with a map where not all are ok. */
export async function statusTable(context: Context): Promise<string> {
  const { statuses } = context.input;
  if (statuses === undefined) return "<p>This result has no statuses of spots.</p>";
  const { spotCount } = context.gathered;
  const counts = countsOf(statuses);
  const colors = statuses.categories.map((name, i) => (name === "ok" ? OK : COLORS[i % COLORS.length]));
  const rows = statuses.categories.flatMap((name, i) => {
    if (counts[i] === 0 && name !== "ok") return [];
    const [meaning, remedy] = STATUSES[name.replaceAll("_", " ")] ?? ["–", "–"];
    const label = `${swatch(colors[i])} ${nameText(name)}`;
    return [[label, count(counts[i]), percent(counts[i] / spotCount), meaning, remedy || "–"]];
  });
  const isMixed = counts.filter((one) => one > 0).length > 1;
  const map = isMixed ? await mapOf(context, STATUS_MAP, { ...statuses, colors }) : "";
  return map + table("Statuses of spots", ["status", "spots", "share", "meaning", "what to do"], rows);
}

/** Down to which level of a hierarchy spots are resolved; nothing where that was not tried. */
export async function resolvedTable(context: Context): Promise<string> {
  const { input, gathered } = context;
  const { resolvedLevels: given } = input;
  if (given === undefined || gathered.answered === 0) return "";
  const isMismatch = mismatchIn(input);
  const { categories } = given;
  const codes = Int32Array.from(given.codes, (code, spot) => (isMismatch(spot) ? -1 : code));
  const counts = countsOf({ codes, categories });
  const colors = categories.map((name, i) =>
    name === "none" ? NOT_RESOLVED : (LEVEL_COLORS[i] ?? (LEVEL_COLORS.at(-1) as string)),
  );
  const rows = categories.map((name, i) => [
    `${swatch(colors[i])} ${nameText(name)}`,
    count(counts[i]),
    percent(counts[i] / gathered.spotCount),
  ]);
  return (
    `<h3>Down to which level spots are resolved</h3>` +
    (await mapOf(context, LEVEL_MAP, { codes, categories, colors })) +
    table("Levels down to which spots are resolved", ["level", "spots", "share"], rows) +
    "<p>The finest level at which all that a spot mostly holds can be told from the rest at its depth. At finer levels how shares divide means little.</p>"
  );
}

function countsOf({ codes, categories }: SpotGroups): Float64Array {
  const counts = new Float64Array(categories.length);
  for (let spot = 0; spot < codes.length; spot++) if (codes[spot] >= 0) counts[codes[spot]]++;
  return counts;
}

async function mapOf(
  { canvas, figures }: Context,
  { title, remark }: { readonly title: string; readonly remark: string },
  { codes, categories, colors }: SpotGroups & { readonly colors: readonly string[] },
): Promise<string> {
  if (canvas === undefined) return "";
  const drawing = groupDrawing(canvas, codes, colors);
  const figure = mapFigure(drawing, canvas, {
    title,
    label: `Map of the ${title} of each spot, in the colours of the table below it`,
    legend: categories.map((name, i) => ({ name, color: colors[i] })),
  });
  figures.push(figure);
  const html = await mapHtml(figure, canvas, (index) => ({ title: categories[index - 1] ?? "no answer" }));
  return `<figure class="lone">${html}<figcaption>The ${title} of each spot, in the colours of the table. ${remark}</figcaption></figure>`;
}
