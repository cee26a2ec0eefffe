import type { Layout } from "../read/layout.js";
import { LARGEST, ofType, type TypeTable, type What } from "../read/what.js";

/** A kind of map that a result can be seen as. */
export interface Choice {
  /** Kept in the address. */
  readonly id: string;
  readonly label: string;
  /** How many types it is of. */
  readonly types: "none" | "one" | "some";
  /** Whether its numbers are shares, shown as percent. */
  readonly isShare: boolean;
  /** Whether it tells classes apart, not amounts. */
  readonly isClasses: boolean;
  what(type: number): What;
}

/** Parts of a blend that eyes can tell apart. */
export const MOST_BLENDED = 4;

const TABLES: readonly (readonly [TypeTable, label: string])[] = [
  ["", "One type"],
  ["low", "Lower bound of a type"],
  ["high", "Upper bound of a type"],
  ["width", "Error of a type (width of its interval)"],
  ["cells", "Cells of a type"],
];

/** What columns of spots are called. */
const COLUMNS: Readonly<Record<string, string>> = {
  counts: "Counts",
  status: "Status",
  entropy: "Entropy (how mixed)",
  unexplained: "Unexplained by the reference",
  fit: "Fit",
  class: "Set of types",
  class_score: "Score of the set of types",
  first: "First type of the set",
  second: "Second type of the set",
  resolved_level: "Level that is resolved",
};

/** What light grey means on a map; undefined where the legend has it. */
export function greyInWords({ id, isClasses }: Choice, isIsolated: boolean): string | undefined {
  if (isClasses && isIsolated) return "Light grey spots are others, or have no answer.";
  return isClasses && id !== "largest" ? undefined : "Light grey spots have no answer.";
}

/** The maps that a result has. */
export function choicesOf({ tables, columns, typeNames }: Layout): Choice[] {
  const ofTables = TABLES.filter(([table]) => tables.has(table)).map(
    ([table, label]): Choice => ({
      id: table === "" ? "type" : table,
      label,
      types: "one",
      isShare: table !== "cells",
      isClasses: false,
      what: (type) => ofType(type, table),
    }),
  );
  const blend: Choice = {
    id: "blend",
    label: `Blend of 2 to ${MOST_BLENDED} types`,
    types: "some",
    isShare: true,
    isClasses: false,
    what: (type) => ofType(type),
  };
  const ofColumns = columns.map(
    ({ name, kind }): Choice => ({
      id: `obs:${name}`,
      label: COLUMNS[name] ?? name,
      types: "none",
      isShare: false,
      isClasses: kind === "classes",
      what: () => ({ kind: "column", name }),
    }),
  );
  const largest: Choice = {
    id: "largest",
    label: "Largest type",
    types: "none",
    isShare: false,
    isClasses: true,
    what: () => LARGEST,
  };
  const [type, ...others] = ofTables;
  return [largest, type, ...(typeNames.length > 1 ? [blend] : []), ...others, ...ofColumns];
}
