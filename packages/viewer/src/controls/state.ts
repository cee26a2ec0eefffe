import type { View } from "../contracts.js";
import type { Choice } from "./choices.js";

/** What is looked at, apart from the place. */
export interface Shown {
  readonly map: string;
  /** The type of a map of one, or the types of a blend. */
  readonly types: readonly number[];
  /** Of a map of classes: the one that is shown alone. */
  readonly only: number | undefined;
  /** Ends of the colours; by themselves where undefined. */
  readonly limits: readonly [low: number, high: number] | undefined;
  readonly isRoot: boolean;
  /** Of spots over an image. */
  readonly opacity: number;
}

export const BEGINNING: Shown = {
  map: "largest",
  types: [],
  only: undefined,
  limits: undefined,
  isRoot: false,
  opacity: 1,
};

/** The part of an address that keeps what is looked at, without the hash sign. */
export function toHash(shown: Shown, view: View | undefined, typeNames: readonly string[]): string {
  const parameters = new URLSearchParams();
  if (shown.map !== BEGINNING.map) parameters.set("map", shown.map);
  for (const type of shown.types) parameters.append("type", typeNames[type]);
  if (shown.only !== undefined) parameters.set("only", `${shown.only}`);
  if (shown.limits) parameters.set("limits", shown.limits.map(short).join(","));
  if (shown.isRoot) parameters.set("scale", "sqrt");
  if (shown.opacity !== 1) parameters.set("opacity", short(shown.opacity));
  if (view) parameters.set("at", [view.x, view.y, view.unitsPerPixel].map(short).join(","));
  return parameters.toString();
}

const short = (value: number) => `${Number(value.toPrecision(7))}`;

/** What an address keeps; what it cannot mean here is left out. */
export function fromHash(
  hash: string,
  choices: readonly Choice[],
  typeNames: readonly string[],
): { shown: Shown; view: View | undefined } {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const numbers = (name: string, length: number) => {
    const values = (parameters.get(name) ?? "").split(",").map(Number);
    const isUsable = parameters.has(name) && values.length === length && values.every(Number.isFinite);
    return isUsable ? values : undefined;
  };
  const map = choices.find(({ id }) => id === parameters.get("map"))?.id ?? BEGINNING.map;
  const limits = numbers("limits", 2);
  const [only] = numbers("only", 1) ?? [];
  const [opacity = 1] = numbers("opacity", 1) ?? [];
  const at = numbers("at", 3);
  return {
    shown: {
      map,
      types: parameters.getAll("type").flatMap((name) => {
        const type = typeNames.indexOf(name);
        return type < 0 ? [] : [type];
      }),
      only: only !== undefined && Number.isInteger(only) && only >= 0 && only < 254 ? only : undefined,
      limits: limits && limits[1] >= limits[0] ? [limits[0], limits[1]] : undefined,
      isRoot: parameters.get("scale") === "sqrt",
      opacity: Math.min(1, Math.max(0, opacity)),
    },
    view: at && at[2] > 0 ? { x: at[0], y: at[1], unitsPerPixel: at[2] } : undefined,
  };
}
