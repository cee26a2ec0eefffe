import { count, percent, shortNumber } from "@flashdeconv/core/internal";
import { NO_ANSWER } from "../contracts.js";
import type { Layer } from "../read/fields.js";
import { amountOf, type Scale } from "../read/paint.js";
import type { Result } from "../read/result.js";
import type { Spot } from "../read/spot.js";
import { LARGEST, ofType } from "../read/what.js";
import { h, named, swatch, typeLabel } from "./h.js";

/** What can be said of what lies under the pointer. */
export interface Told {
  readonly title: string | undefined;
  readonly rows: readonly Row[];
  readonly facts: readonly string[];
}

interface Row {
  readonly type: number;
  /** Undefined where it is only known to be the largest. */
  readonly share: number | undefined;
  readonly interval?: readonly [low: number, high: number];
}

const MOST_ROWS = 6;
/** Shares of a spot add up to 1 within this. */
const TOLERANCE = 1e-3;
/** Less than this is not told of. */
const LEAST_SHARE = 0.005;

/** From what is stored of the spot. */
export function tellSpot({ name, proportions, largest, low, high, columns }: Spot): Told {
  const types = [...proportions.keys()]
    .filter((k) => proportions[k] >= LEAST_SHARE)
    .sort((a, b) => proportions[b] - proportions[a])
    .slice(0, MOST_ROWS);
  const hasInterval = (k: number) => Number.isFinite((low?.[k] ?? Number.NaN) + (high?.[k] ?? Number.NaN));
  const facts = columns.flatMap(({ name: column, value }) => {
    if (value === undefined || Number.isNaN(value)) return [];
    if (column === "counts") return [`${count(Number(value))} counts`];
    if (column === "status") return value === "ok" ? [] : [`${value}`];
    if (column === "unexplained" || column === "class") return [`${column} ${shown(value)}`];
    return [];
  });
  return {
    title: name,
    rows: types.map((type) => ({
      type,
      share: proportions[type],
      ...(low && high && hasInterval(type) && { interval: [low[type], high[type]] as const }),
    })),
    facts: [...(types.length === 0 ? ["no answer"] : doubts({ proportions, largest })), ...facts],
  };
}

/** What is stored of a spot may be lost in part, or changed since. */
function doubts({ proportions, largest }: Pick<Spot, "proportions" | "largest">): string[] {
  const sum = proportions.reduce((all, share) => all + share, 0);
  if (Math.abs(sum - 1) > TOLERANCE)
    return [`the shares add up to ${percent(sum)}: a part of the result was lost or changed`];
  const isOther = largest !== undefined && !(proportions[largest] >= Math.max(...proportions) - TOLERANCE);
  return isOther ? ["the shares were changed since the map of largest types was made"] : [];
}

function shown(value: number | string): string {
  return typeof value === "number" ? shortNumber(value) : value;
}

/** From what is drawn or held, without reading; exact to a percent or so. */
export function tellHeld(result: Result, layer: Layer, site: number): Told | undefined {
  const { typeNames } = result.layout;
  const rows = [...typeNames.keys()]
    .flatMap((type): (Row & { share: number })[] => {
      const plane = result.held(layer, ofType(type));
      const byte = plane?.bytes[site] ?? 0;
      return byte === 0 || byte === NO_ANSWER ? [] : [{ type, share: amountOf(byte, plane?.scale as Scale) }];
    })
    .filter(({ share }) => share >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST_ROWS);
  const largest = result.held(layer, LARGEST)?.bytes[site] ?? 0;
  if (largest === NO_ANSWER) return { title: undefined, rows: [], facts: ["no answer"] };
  const isNew = largest > 0 && rows.every(({ type }) => type !== largest - 1);
  const all = isNew ? [{ type: largest - 1, share: undefined }, ...rows] : rows;
  return all.length > 0 ? { title: undefined, rows: all, facts: [] } : undefined;
}

/** In one sentence, for those who hear it. */
export function sayTold({ title, rows, facts }: Told, typeNames: readonly string[]): string {
  const shares = rows.map(({ type, share, interval }) => {
    const range = interval ? ` (${percent(interval[0])} to ${percent(interval[1])})` : "";
    return `${typeNames[type]}${share === undefined ? " is the largest" : ` ${percent(share)}`}${range}`;
  });
  return [title, ...shares, ...facts].filter((part) => part !== undefined).join(", ");
}

/** The same to be seen. */
export function showTold(
  { title, rows, facts }: Told,
  { typeNames }: Result["layout"],
  colors: readonly string[],
) {
  const list = rows.map(({ type, share, interval }) =>
    h(
      "li",
      {},
      swatch(colors[type]),
      typeLabel(typeNames[type]),
      share === undefined ? undefined : h("span", { class: "fd-share" }, percent(share)),
      interval && h("span", { class: "fd-range" }, `${percent(interval[0])} to ${percent(interval[1])}`),
    ),
  );
  const heading = title === undefined ? undefined : h("strong", {}, named(title));
  const more = facts.length > 0 ? h("p", {}, facts.join(", ")) : undefined;
  return [heading, h("ul", {}, ...list), more].filter((part) => part !== undefined);
}
