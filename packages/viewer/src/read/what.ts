/** Tables with a column for each type, by the ends of their keys; "width" is that of the interval. */
export type TypeTable = "" | "low" | "high" | "cells" | "width";

/** What a map shows: the largest type of each spot, something of one type, or a column of spots. */
export type What =
  | { readonly kind: "largest" }
  | { readonly kind: "type"; readonly table: TypeTable; readonly type: number }
  | { readonly kind: "column"; readonly name: string };

/** Amounts of a type, from its bytes to a table of words. */
export const LARGEST: What = { kind: "largest" };

export const ofType = (type: number, table: TypeTable = ""): What => ({ kind: "type", table, type });

/** One text for each. */
export function keyOf(what: What): string {
  if (what.kind === "largest") return "largest";
  return what.kind === "type" ? `type/${what.table}/${what.type}` : `column/${what.name}`;
}
