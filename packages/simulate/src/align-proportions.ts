import { type Notice, ShapeError } from "@flashdeconv/core";
import { requireDistinctNames } from "./distinct-names.js";
import type { NamedProportions } from "./named-proportions.js";

/** An estimate and a truth over the same spots and types, in the same order. */
export interface AlignedProportions {
  /** The spots of both sides, in the order of the estimate. */
  readonly spotNames: readonly string[];
  /** The types of the truth, then those that only the estimate has. */
  readonly typeNames: readonly string[];
  readonly estimate: Float64Array;
  readonly truth: Float64Array;
  /** What one side has and the other lacks. */
  readonly notices: readonly Notice[];
}

/**
 * Brings an estimate and a truth together by name, whatever the order of their rows and columns. Spots that one side lacks
 * are left out. A type that one side lacks counts as 0 there, so that rows still sum to 1 and a type that was missed is
 * not forgiven.
 *
 * @throws ShapeError where no spot or no type is shared, or a name comes twice; its message shows the names.
 */
export function alignProportions(estimate: NamedProportions, truth: NamedProportions): AlignedProportions {
  requireDistinctNames(estimate, "result");
  requireDistinctNames(truth, "truth");
  const estimateSpots = positions(estimate.spotNames);
  const truthSpots = positions(truth.spotNames);
  const estimateTypes = positions(estimate.typeNames);
  const truthTypes = positions(truth.typeNames);
  const spotNames = [...estimateSpots.keys()].filter((name) => truthSpots.has(name));
  requireShared("spots", spotNames, estimate.spotNames, truth.spotNames);
  const missedTypes = [...truthTypes.keys()].filter((name) => !estimateTypes.has(name));
  const inventedTypes = [...estimateTypes.keys()].filter((name) => !truthTypes.has(name));
  const sharedTypes = [...truthTypes.keys()].filter((name) => estimateTypes.has(name));
  requireShared("cell types", sharedTypes, estimate.typeNames, truth.typeNames);
  const typeNames = [...truthTypes.keys(), ...inventedTypes];
  const alike = namesAlike(inventedTypes, missedTypes);

  const notices = [
    ...spotNotice("result", "truth", estimateSpots.size, spotNames.length),
    ...spotNotice("truth", "result", truthSpots.size, spotNames.length),
    ...typeNotice("truth", "result", missedTypes),
    ...typeNotice("result", "truth", inventedTypes),
    ...alikeNotice(alike),
  ];
  return {
    spotNames,
    typeNames,
    estimate: arrange(estimate, { spots: estimateSpots, types: estimateTypes }, spotNames, typeNames),
    truth: arrange(truth, { spots: truthSpots, types: truthTypes }, spotNames, typeNames),
    notices,
  };
}

function positions(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, i) => [name, i]));
}

/** Where the rows and columns of a table are, by name. */
interface Positions {
  readonly spots: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, number>;
}

function arrange(
  { typeNames: { length: width }, values }: NamedProportions,
  { spots, types }: Positions,
  spotNames: readonly string[],
  typeNames: readonly string[],
): Float64Array {
  const columns = typeNames.map((name) => types.get(name) ?? -1);
  const arranged = new Float64Array(spotNames.length * typeNames.length);
  let at = 0;
  for (const name of spotNames) {
    const row = spots.get(name)! * width;
    for (const column of columns) arranged[at++] = column < 0 ? 0 : values[row + column];
  }
  return arranged;
}

function requireShared(
  what: string,
  shared: readonly string[],
  estimateNames: readonly string[],
  truthNames: readonly string[],
): void {
  if (shared.length > 0) return;
  const alike = namesAlike(estimateNames, truthNames);
  throw new ShapeError({
    subject: `names of ${what}`,
    found: `none shared: the result has ${someNames(estimateNames)}, the truth ${someNames(truthNames)}`,
    expected: `the same ${what} on both sides, in any order`,
    remedy: alike.length > 0 ? `${describeAlike(alike)} ${SPELL_ALIKE}` : REMEDY,
  });
}

const REMEDY = "Check that both belong to the same tissue, and that names are spelled the same way.";
const SPELL_ALIKE = "If they are the same, write them the same way on both sides.";

/** Names of the two sides that are the same but for letter case and blanks. */
type AlikeNames = readonly (readonly [ofResult: string, ofTruth: string])[];

function namesAlike(ofResult: readonly string[], ofTruth: readonly string[]): AlikeNames {
  const plain = (name: string) => name.replace(/\s+/g, "").toLowerCase();
  const byPlain = new Map(ofTruth.map((name) => [plain(name), name]));
  return ofResult.flatMap((name) => {
    const other = byPlain.get(plain(name));
    return other === undefined ? [] : [[name, other] as const];
  });
}

function describeAlike(alike: AlikeNames): string {
  const shown = alike.slice(0, 3).map((pair) => pair.map((name) => JSON.stringify(name)).join(" and "));
  const more = alike.length > 3 ? `, ... (${alike.length} in all)` : "";
  return `Names of the result and the truth that differ only by letter case or blanks: ${shown.join(", ")}${more}.`;
}

function alikeNotice(alike: AlikeNames): Notice[] {
  if (alike.length === 0) return [];
  return [{ code: "types-differ-by-case", message: `${describeAlike(alike)} ${SPELL_ALIKE}` }];
}

function someNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name));
  return shown.length === 0 ? "none" : `${shown.join(", ")}${names.length > 3 ? ", ..." : ""}`;
}

function spotNotice(side: string, other: string, count: number, sharedCount: number): Notice[] {
  if (count === sharedCount) return [];
  return [
    {
      code: `spots-only-in-${side}`,
      message: `Spots of the ${side} that the ${other} lacks are left out: ${count - sharedCount} of ${count}.`,
    },
  ];
}

const NAMES_SHOWN = 10;

function typeNotice(side: string, other: string, names: readonly string[]): Notice[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, NAMES_SHOWN).map((name) => JSON.stringify(name));
  const list = `${shown.join(", ")}${names.length > NAMES_SHOWN ? `, ... (${names.length} in all)` : ""}`;
  return [
    {
      code: `types-only-in-${side}`,
      message: `Types of the ${side} that the ${other} lacks count as 0 there: ${list}.`,
    },
  ];
}
