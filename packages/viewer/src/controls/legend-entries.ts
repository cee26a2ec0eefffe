import { histogramOf, type Plane } from "../read/fields.js";
import type { Result, Shares } from "../read/result.js";
import { type Choice, MOST_BLENDED } from "./choices.js";
import type { Entry } from "./legend.js";
import { blendColor, colorsOf } from "./showing.js";
import type { Shown } from "./state.js";

export interface LegendContext {
  readonly result: Result;
  readonly choice: Choice;
  readonly planes: readonly Plane[];
  readonly shares: Shares | undefined;
  readonly typeCount: number;
}

export interface LegendContent {
  readonly label: string;
  readonly entries: readonly Entry[];
  /** Types, the most abundant first. */
  readonly order: readonly number[];
}

/** What stands in the legend: classes of a map of classes, else the types. */
export function legendOf(context: LegendContext, shown: Shown): LegendContent {
  const { result, choice, planes } = context;
  const [plane] = planes;
  const { typeNames } = result.layout;
  if (choice.isClasses && choice.id !== "largest") {
    const names = plane?.classes ?? [];
    const shares = plane ? sharesOf(plane, names.length) : [];
    const colors = colorsOf(result, choice, names);
    const entries = names.map((name, i) => ({
      name,
      color: colors[i],
      share: shares[i],
      isPressed: shown.only === i,
    }));
    return { label: choice.label, entries, order: [] };
  }
  const shares = typeShares(context);
  const entries = typeNames.map((name, type) => {
    const place = shown.types.indexOf(type);
    const isPressed = choice.id === "largest" ? shown.only === type : place >= 0 && choice.types !== "none";
    const isBlended = choice.types === "some" && place >= 0;
    return {
      name,
      color: isBlended ? blendColor(place) : result.colors[type],
      share: shares[type],
      isPressed,
    };
  });
  const order = [...typeNames.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b);
  return { label: "Largest type in", entries, order };
}

/** Shares of spots in which each type is the largest: of all spots where these are read, else of what is drawn. */
function typeShares({
  shares,
  planes: [plane],
  choice,
  typeCount,
}: LegendContext): readonly (number | undefined)[] {
  if (shares) {
    const all = shares.withoutAnswer + shares.largestIn.reduce((sum, one) => sum + one, 0);
    return Array.from(shares.largestIn, (one) => one / all);
  }
  return plane && choice.id === "largest" ? sharesOf(plane, typeCount) : [];
}

function sharesOf(plane: Plane, count: number): number[] {
  const counts = histogramOf(plane);
  let total = 0;
  for (let byte = 1; byte < 256; byte++) total += counts[byte];
  return Array.from({ length: count }, (_, i) => (counts[i + 1] ?? 0) / total);
}

/** What is shown when an entry is clicked: it alone, or all again; of a blend it is added or taken out. */
export function pick(shown: Shown, place: number, { choice }: LegendContext): Shown {
  if (choice.isClasses) return { ...shown, only: shown.only === place ? undefined : place };
  if (choice.types === "some") {
    const isIn = shown.types.includes(place);
    const others = shown.types.filter((type) => type !== place);
    if (isIn) return others.length > 0 ? { ...shown, types: others } : shown;
    return { ...shown, types: [...shown.types, place].slice(-MOST_BLENDED) };
  }
  const isShown = choice.types === "one" && shown.types[0] === place;
  if (isShown) return { ...shown, map: "largest", types: [], limits: undefined };
  const map = choice.types === "one" ? shown.map : "type";
  return { ...shown, map, types: [place], limits: undefined };
}

/** The type after or before the one that is shown, in the order of the legend. */
export function step(shown: Shown, by: number, context: LegendContext): Shown {
  const { order } = legendOf({ ...context, choice: { ...context.choice, id: "largest" } }, shown);
  const now = context.choice.types === "none" ? shown.only : shown.types[0];
  const at = now === undefined ? (by > 0 ? 0 : order.length - 1) : order.indexOf(now) + by;
  const type = order[(at + order.length) % order.length];
  if (context.choice.id === "largest") return { ...shown, only: type };
  const map = context.choice.types === "one" ? shown.map : "type";
  return { ...shown, map, types: [type], only: undefined, limits: undefined };
}
