import { FormatError } from "@flashdeconv/core";

/** How an instrument's software writes cells: a table of their counts, cells by genes, and one that says where they lie. */
export interface CellTables {
  /** In words, as in "MERSCOPE". */
  readonly called: string;
  /** Names of the two files. */
  readonly counts: string;
  readonly positions: string;
  /** What columns of a header tell; undefined where it is another kind of table. */
  countColumns(header: readonly string[]): CountColumns | undefined;
  positionColumns(header: readonly string[]): PositionPlaces | undefined;
  /** The name of a cell, by the fields of its key. */
  nameOf(key: readonly string[]): string;
  /** Whether what has this key is no cell, but all that lies outside of cells. */
  isBackground(key: readonly string[]): boolean;
}

export interface CountColumns {
  /** Columns that tell which cell it is. */
  readonly key: readonly number[];
  /** Columns that are neither genes nor key, nor controls. */
  readonly others: readonly number[];
  /** Columns of controls, which are no genes. */
  readonly controls: readonly number[];
}

export interface PositionPlaces {
  readonly key: readonly number[];
  readonly x: number;
  readonly y: number;
}

/**
 * The two tables of MERSCOPE or CosMx among the names of a folder; undefined where there is no table of counts of theirs.
 *
 * @throws FormatError where there are several, or one without positions
 */
export function findCellTables(names: readonly string[]): CellTables | undefined {
  for (const { counts, positions, ...kind } of KINDS) {
    const found = names.filter((name) => counts.test(name));
    if (found.length === 0) continue;
    if (found.length > 1)
      throw incomplete(found.slice(0, 5).join(" and "), "one section: put each into a folder of its own");
    const places = names.filter((name) => positions.test(name));
    if (places.length !== 1) {
      throw incomplete(
        `${found[0]} with ${places.length === 0 ? "no" : "several"} ${kind.positionsName}`,
        `the ${kind.positionsName} of the same section`,
      );
    }
    return { ...kind, counts: found[0], positions: places[0] };
  }
  return undefined;
}

/** Whether a file is called as such a table of counts. */
export function isCellTable(name: string): boolean {
  return KINDS.some(({ counts }) => counts.test(name));
}

interface TableKind extends Omit<CellTables, "counts" | "positions"> {
  readonly counts: RegExp;
  readonly positions: RegExp;
  readonly positionsName: string;
}

const MERSCOPE: TableKind = {
  called: "MERSCOPE",
  counts: /^cell_by_gene\.csv(\.gz)?$/,
  positions: /^cell_metadata\.csv(\.gz)?$/,
  positionsName: "cell_metadata.csv",
  countColumns: (header) =>
    ["cell", "EntityID", ""].includes(header[0])
      ? { key: [0], others: [], controls: columnsLike(header, /^blank-/i) }
      : undefined,
  positionColumns: (header) => {
    const [x, y] = [header.indexOf("center_x"), header.indexOf("center_y")];
    return ["cell", "EntityID", ""].includes(header[0]) && x >= 0 && y >= 0 ? { key: [0], x, y } : undefined;
  },
  nameOf: ([id]) => id,
  isBackground: () => false,
};

const COSMX: TableKind = {
  called: "CosMx",
  counts: /_?exprMat_file\.csv(\.gz)?$/,
  positions: /_?metadata_file\.csv(\.gz)?$/,
  positionsName: "metadata_file.csv",
  countColumns: (header) => {
    const key = [header.indexOf("fov"), header.indexOf("cell_ID")];
    if (key.some((at) => at < 0)) return undefined;
    return {
      key,
      others: columnsLike(header, /^cell$/),
      controls: columnsLike(header, /^(NegPrb|Negative|SystemControl|FalseCode)/),
    };
  },
  positionColumns: (header) => {
    const at = (name: string) => header.indexOf(name);
    const [fov, cell, x, y] = [at("fov"), at("cell_ID"), at("CenterX_global_px"), at("CenterY_global_px")];
    return Math.min(fov, cell, x, y) < 0 ? undefined : { key: [fov, cell], x, y };
  },
  nameOf: ([fov, cell]) => `${cell}_${fov}`,
  isBackground: ([, cell]) => Number(cell) === 0,
};

const KINDS = [MERSCOPE, COSMX];

function columnsLike(header: readonly string[], pattern: RegExp): number[] {
  return header.flatMap((name, column) => (pattern.test(name) ? column : []));
}

function incomplete(found: string, expected: string): FormatError {
  return new FormatError({
    path: "the folder",
    found,
    expected,
    remedy: "Give the folder as the instrument's software wrote it.",
  });
}
