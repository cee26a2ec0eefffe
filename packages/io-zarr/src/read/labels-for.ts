import { FormatError, type Notice } from "@flashdeconv/core";
import { numbered, shortList } from "@flashdeconv/core/internal";
import type { ColumnValues } from "./column-values.js";

/**
 * The labels of cells by their names, as a column. Cells without one are left out of the reference, and counted; so are labels of cells that are
 * not there.
 *
 * @throws FormatError where no cell has a label, or a label has several cells of one name
 */
export function labelsFor(
  cells: readonly string[],
  labels: ReadonlyMap<string, string>,
  onNotice?: (notice: Notice) => void,
): ColumnValues {
  const values = cells.map((name) => labels.get(name));
  const foundCount = values.filter((label) => label !== undefined).length;
  if (foundCount === 0) {
    const [first] = labels.keys();
    throw new FormatError({
      path: "labels",
      found: `labels of other cells: ${shortList([first ?? ""])}, where cells are called ${shortList(cells.slice(0, 1))}`,
      expected: "the names of the reference's cells, as they are written there",
      remedy: "Make both alike: a sample's name before it, or -1 at the end, is often what differs.",
    });
  }
  refuseRepeated(cells, labels);
  const without = cells.length - foundCount;
  const unknown = labels.size - new Set(cells.filter((name) => labels.has(name))).size;
  if (without > 0 || unknown > 0) {
    onNotice?.({
      code: "labels-of-others",
      message: `Labels: ${numbered(without, "cell")} of ${cells.length} without one, left out; ${numbered(unknown, "label")} of cells that are not there.`,
    });
  }
  return { kind: "string", values };
}

/** A name that several cells have, of two donors for instance, does not tell whose type it is. */
function refuseRepeated(cells: readonly string[], labels: ReadonlyMap<string, string>): void {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of cells) {
    if (!labels.has(name)) continue;
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  if (repeated.size === 0) return;
  throw new FormatError({
    path: "labels",
    found: `${numbered(repeated.size, "label")} whose cell's name several cells of the reference have: ${shortList([...repeated])}`,
    expected: "one cell for each label",
    remedy:
      "Make the names of cells unique in both, or write the types into a column of obs and name that in place of labels.",
  });
}
