import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { binGroups } from "../positions/bin-groups.js";
import type { SpotPositions } from "../positions/spot-positions.js";
import type { PooledBins } from "./pooled-bins.js";

/**
 * Positions of larger bins: the means of all the smaller ones in them that the file lists, of the tissue or not. A bin is of the tissue if one of
 * them is.
 *
 * @throws FormatError where there is no such file, columns are missing, it is damaged or bins are missing there
 */
export async function poolPositions(
  folder: ReadableStore,
  path: string,
  bins: PooledBins,
  { signal }: ReadOptions = {},
): Promise<SpotPositions> {
  const x = new Float64Array(bins.count);
  const y = new Float64Array(bins.count);
  const listed = new Int32Array(bins.count);
  const inTissue = new Int32Array(bins.count);
  for await (const group of binGroups(folder, path, signal)) {
    for (let i = 0; i < group.count; i++) {
      const bin = bins.find(group.row(i), group.column(i));
      if (bin < 0) continue;
      inTissue[bin] |= group.inTissue(i);
      // Space Ranger leaves out pixels of some bins.
      if (!Number.isFinite(group.x(i) + group.y(i))) continue;
      x[bin] += group.x(i);
      y[bin] += group.y(i);
      listed[bin]++;
    }
  }
  let missing = 0;
  for (let bin = 0; bin < bins.count; bin++) {
    if (listed[bin] === 0) missing++;
    x[bin] /= listed[bin];
    y[bin] /= listed[bin];
  }
  if (missing > 0) {
    throw new FormatError({
      path,
      found: `no position for ${missing} of ${numbered(bins.count, "bin")}`,
      expected: "a position for each bin of the matrix",
      remedy: "Give the file as Space Ranger wrote it, of the same run as the matrix.",
    });
  }
  return { x, y, columns: { in_tissue: inTissue, array_row: bins.row, array_col: bins.column } };
}
