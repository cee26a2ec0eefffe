import { FormatError, type Notice } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import type { IngestOptions, MexFile } from "../ingest/ingest-mex.js";
import { withPositions } from "../positions/add-positions.js";
import { appendedRows } from "./appended-rows.js";
import type { CellTables } from "./cell-tables.js";
import { readCellCounts } from "./read-cell-counts.js";
import { readCellPlaces } from "./read-cell-places.js";

/** The two tables, unpacked as they are read. */
export interface CellFiles {
  readonly counts: MexFile;
  readonly positions: MexFile;
}

/**
 * Cells and genes of tables of MERSCOPE or CosMx, in the order of the counts. Controls, background, and cells without a position are left out, and
 * told.
 *
 * @throws FormatError where a table is damaged or of another kind, or no cell has a position
 */
export async function ingestCells(
  files: CellFiles,
  tables: CellTables,
  options: IngestOptions,
): Promise<AnnDataContents> {
  const places = await readCellPlaces(files.positions, tables, options.signal);
  const rows = new Map<string, number>();
  const left = { background: 0, lost: 0, firstLost: "", controls: 0 };
  let geneNames: readonly string[] = [];
  const entries = readCellCounts(files.counts, tables, {
    onHeader(genes, controlCount) {
      geneNames = genes;
      left.controls = controlCount;
    },
    rowOf(name, refuse) {
      if (name === undefined) {
        left.background++;
        return undefined;
      }
      if (!places.has(name)) {
        if (left.lost++ === 0) left.firstLost = name;
        return undefined;
      }
      if (rows.has(name)) throw refuse(`the cell ${JSON.stringify(name)} again`);
      rows.set(name, rows.size);
      return rows.size - 1;
    },
  });
  const learnt = () => ({
    rowCount: rows.size,
    columnCount: geneNames.length,
    geneNames,
    spotNames: [...rows.keys()],
    left,
  });
  const { X, facts } = await appendedRows(entries, learnt, options);
  const { spotNames, rowCount: spotCount } = facts;
  if (spotCount === 0) throw withoutCells(files, facts.left);
  for (const notice of noticesOf(facts.left, places.size - spotCount)) options.onNotice?.(notice);
  const at = (axis: 0 | 1) =>
    Float64Array.from(spotNames, (name) => (places.get(name) as readonly number[])[axis]);
  const contents = { spotCount, spotNames, geneNames: facts.geneNames, X };
  return withPositions(contents, { x: at(0), y: at(1), columns: {} });
}

interface LeftOut {
  readonly background: number;
  readonly lost: number;
  readonly firstLost: string;
  readonly controls: number;
}

function withoutCells({ counts, positions }: CellFiles, { lost, firstLost }: LeftOut): FormatError {
  return new FormatError({
    path: counts.path,
    found: lost > 0 ? `${numbered(lost, "cell")} without a position, the first ${firstLost}` : "no cell",
    expected: `cells of ${positions.path}`,
    remedy: "Counts and positions must come of the same section: compare the names of cells in both files.",
  });
}

function noticesOf({ background, lost, firstLost, controls }: LeftOut, unmatched: number): Notice[] {
  const notices: Notice[] = [];
  const add = (count: number, code: string, message: string) => {
    if (count > 0) notices.push({ code, message });
  };
  add(controls, "controls-left-out", `${numbered(controls, "control")} among the genes left out.`);
  add(
    background,
    "background-left-out",
    `${numbered(background, "row")} of what lies outside of cells left out.`,
  );
  add(
    lost,
    "cells-without-position",
    `${numbered(lost, "cell")} without a position left out, the first ${JSON.stringify(firstLost)}.`,
  );
  add(unmatched, "positions-without-counts", `${numbered(unmatched, "position")} of cells without counts.`);
  return notices;
}
