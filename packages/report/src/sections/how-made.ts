import { shortNumber } from "@flashdeconv/core/internal";
import { type Context, isOfCells, smoothingCurve } from "../context.js";
import { curve } from "../page/charts.js";
import { escaped, table } from "../page/text.js";

/** The choice of smoothing, where the data made it. */
export function smoothing(context: Context): string {
  const { smoothing_used: used, shrinkage_used: shrinkage, smoothing: given } = context.input.parameters;
  const found = smoothingCurve(context);
  if (found === undefined) {
    const strength = used ?? given;
    if (strength === undefined) return "<p>This result does not say how it was smoothed.</p>";
    const held = Number(shrinkage) > 0 ? `, shrinkage ${escaped(String(shrinkage))}` : "";
    return `<p>Strength ${escaped(String(strength))}${held}: no strengths were compared.</p>`;
  }
  const chart = curve(
    `Loss on counts that were held back, by strength of smoothing; chosen: ${shortNumber(found.chosen)}`,
    found.points,
    found.chosen,
  );
  const rows = found.points.map(({ x, y }) => [
    shortNumber(x) + (x === found.chosen ? " (chosen)" : ""),
    y.toPrecision(6),
  ]);
  return `<figure>${chart}<figcaption>Loss on counts that were held back (less is better), by strength; the chosen one is marked.</figcaption></figure>${table("Strengths of smoothing", ["strength", "loss"], rows)}`;
}

/** What it takes to make the result again. */
export function howMade({ input }: Context): string {
  const { parameters, notices, command } = input;
  const line = command
    ? `<pre class="scroll" tabindex="0" aria-label="Command">${escaped(command)}</pre>`
    : "<p>The command was not recorded.</p>";
  const told = notices.length
    ? `<h3>Notices of the run</h3><ul>${notices.map(({ message }) => `<li>${escaped(message)}</li>`).join("")}</ul>`
    : "<p>The run had nothing to remark.</p>";
  const rows = Object.entries(parameters)
    .filter(([name, value]) => !BULKY.has(name) && value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [escaped(name), parameterText(value)]);
  return (
    `${line}${told}<details><summary>All parameters</summary>${table("Parameters", ["name", "value"], rows)}</details>` +
    `<p>Cite the method: Yang, Zhang and Chen 2025, FlashDeconv, bioRxiv, doi:10.64898/2025.12.22.696108, and this software with its version${parameters.version ? ` (${escaped(String(parameters.version))})` : ""}.</p>`
  );
}

/** Shown elsewhere, or for programs. */
const BULKY = new Set([
  "cell_types",
  "type_columns",
  "elements_written",
  "smoothing_curve",
  "cell_counts",
  "genes_used",
  "fingerprint",
  "reference_score",
  "confused_types",
  "weak_types",
  "types_found",
  "unexplained_genes",
  "hierarchy",
  "type_levels",
  "intervals",
]);
const LONGEST_VALUE = 400;

function parameterText(value: unknown): string {
  const plain = (one: unknown): unknown => {
    if (typeof one === "bigint") return Number(one);
    if (ArrayBuffer.isView(one)) return Array.from(one as unknown as ArrayLike<number>);
    if (Array.isArray(one)) return one.map(plain);
    if (typeof one === "object" && one !== null)
      return Object.fromEntries(
        Object.entries(one)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([k, v]) => [k, plain(v)]),
      );
    return one;
  };
  const text = typeof value === "string" ? value : (JSON.stringify(plain(value)) ?? "");
  return escaped(text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);
}

/** What no number above says. */
export function limits({ input }: Context): string {
  const sentences = [
    isOfCells(input)
      ? "Shares are of cells, by the counts that cells of each type have in the reference: if a type's cells hold more RNA here, beside those of other types, its shares are too great."
      : "Shares are of RNA, not of cells: a type with much RNA counts for more.",
    "A type that the reference lacks is attributed to the types that are most like it, and nothing on this page shows that for certain.",
    "Converged means that the solver found its own optimum, not that the answer is right.",
    input.low
      ? "Intervals hold if the reference is right; where it is not, they are too narrow."
      : "There are no intervals: a small share may be noise, and where counts are few a large one too.",
    "Smoothing shares strength between neighbours: single spots that differ from all around them are drawn towards these.",
  ];
  return `<ul>${sentences.map((one) => `<li>${one}</li>`).join("")}</ul>`;
}
