import { type AmountField, type Field, NO_ANSWER } from "../contracts.js";
import { histogramOf, type Plane } from "../read/fields.js";
import { amountOf, type Scale } from "../read/paint.js";
import type { Shown } from "./state.js";

/** Colours of a blend: bright, as they add up. */
export const BLEND_COLORS = ["#ff4d1a", "#1a8cff", "#2fd052", "#d94dff"];

/** Colours of classes that are no types; grey for spots that are as they should be. */
const CLASS_COLORS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#3c3c5a"];
const OK = "#c8c8c8";

/** Share of spots whose amounts are within the colours. */
const WITHIN = 0.99;

export function classColors(names: readonly string[]): string[] {
  return names.map((name, i) => (name === "ok" ? OK : CLASS_COLORS[i % CLASS_COLORS.length]));
}

/** The amount that 99 % of what has one does not exceed, and the least of the scale. */
export function usualLimits(plane: Plane, scale: Scale): [low: number, high: number] {
  const counts = histogramOf(plane);
  let total = 0;
  for (let byte = 1; byte < NO_ANSWER; byte++) total += counts[byte];
  let [byte, seen] = [0, 0];
  while (byte < NO_ANSWER - 1 && (byte === 0 || seen < WITHIN * total)) seen += counts[++byte];
  const high = total === 0 ? scale.most : amountOf(byte, scale);
  return [scale.least, high > scale.least ? high : scale.most];
}

/** What is drawn. @param colors of classes; those of a blend are its own */
export function fieldOf(
  planes: readonly Plane[],
  { only, limits, isRoot }: Shown,
  colors: readonly string[],
): Field {
  const amounts = (plane: Plane, own: Shown["limits"]): AmountField => {
    const scale = plane.scale as Scale;
    return {
      kind: "amounts",
      bytes: plane.bytes,
      isLinear: scale.isLinear,
      most: scale.most,
      least: scale.least,
      limits: own ?? usualLimits(plane, scale),
      isRoot,
    };
  };
  const [first] = planes;
  if (planes.length > 1) {
    return {
      kind: "blend",
      parts: planes.map((plane, i) => ({ ...amounts(plane, undefined), color: BLEND_COLORS[i] })),
    };
  }
  if (first.scale !== undefined) return amounts(first, limits);
  const shown = only === undefined ? undefined : new Set([only]);
  return { kind: "classes", bytes: first.bytes, colors, ...(shown && { shown }) };
}
