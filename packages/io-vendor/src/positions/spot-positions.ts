import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** Where spots lie, one item each. */
export interface SpotPositions {
  /** Pixels of the full image or micrometres; y points down. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** More that the file tells of each spot, such as its row and column. */
  readonly columns: Readonly<Record<string, Int32Array>>;
}

/** The same, by the names of spots, as a file lists them. */
export interface NamedPositions extends SpotPositions {
  readonly names: readonly string[];
}

/**
 * The positions of these spots, in their order.
 *
 * @param path of the file with positions, for errors
 * @throws FormatError where spots are missing there, or the file or the matrix has a name twice: nothing tells which of two is meant
 */
export function positionsOf(spots: readonly string[], listed: NamedPositions, path: string): SpotPositions {
  const rowOf = new Map(listed.names.map((name, row) => [name, row]));
  if (rowOf.size < listed.names.length) {
    throw new FormatError({
      path,
      found: `${numbered(listed.names.length - rowOf.size, "name")} listed twice, the first ${firstTwice(listed.names)}`,
      expected: "one position for each spot",
      remedy: "Give the file as the instrument's software wrote it.",
    });
  }
  const missing = spots.filter((name) => !rowOf.has(name));
  if (missing.length > 0) {
    const alike = otherSpelling(missing, listed.names);
    throw new FormatError({
      path,
      found: `no position for ${missing.length} of ${numbered(spots.length, "spot")}, the first ${missing[0]}${alike ? ` (the matrix has ${JSON.stringify(alike[0])}, the positions have ${JSON.stringify(alike[1])})` : ""}`,
      expected: "a position for each spot of the matrix",
      remedy: alike
        ? "Write the names in both files alike."
        : "Matrix and positions must come of the same run: compare the names in both files.",
    });
  }
  const rows = Int32Array.from(spots, (name) => rowOf.get(name) as number);
  refuseTwice(rows, listed, path);
  const pick = <A extends Float64Array | Int32Array>(all: A): A => {
    const picked = all.slice(0, rows.length) as A;
    for (let i = 0; i < rows.length; i++) picked[i] = all[rows[i]];
    return picked;
  };
  const columns = Object.entries(listed.columns).map(([name, values]) => [name, pick(values)] as const);
  return { x: pick(listed.x), y: pick(listed.y), columns: Object.fromEntries(columns) };
}

/** Two spots of one name would both get the position of one of them. */
function refuseTwice(rows: Int32Array, { names }: NamedPositions, path: string): void {
  const isTaken = new Uint8Array(names.length);
  for (const row of rows) {
    if (isTaken[row] === 1) {
      throw new FormatError({
        path,
        found: `two spots of the matrix called ${JSON.stringify(names[row])}`,
        expected: "a name of its own for each: by names spots get their positions",
        remedy: "Give the matrix as the instrument's software wrote it.",
      });
    }
    isTaken[row] = 1;
  }
}

/** The first name that was there before. */
function firstTwice(names: readonly string[]): string {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size) ?? "";
}

/** A spot without a position, and a listed name that differs from it only in what stands around the barcode. */
function otherSpelling(missing: readonly string[], listed: readonly string[]): [string, string] | undefined {
  const byCore = new Map(listed.map((name) => [coreOf(name), name]));
  for (const spot of missing) {
    const other = byCore.get(coreOf(spot));
    if (other !== undefined) return [spot, other];
  }
  return undefined;
}

/** The bases of a barcode; of other names all but a number at the end, in small letters. */
function coreOf(name: string): string {
  return /[ACGT]{6,}/i.exec(name)?.[0].toLowerCase() ?? name.replace(/[-_.]\d+$/, "").toLowerCase();
}

/** x and y side by side, as `obsm` keeps them. */
export function asMatrix({ x, y }: SpotPositions): {
  readonly shape: readonly number[];
  readonly values: Float64Array;
} {
  const values = new Float64Array(2 * x.length);
  for (let i = 0; i < x.length; i++) {
    values[2 * i] = x[i];
    values[2 * i + 1] = y[i];
  }
  return { shape: [x.length, 2], values };
}
