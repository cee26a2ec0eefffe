import { OptionError, type ReferenceSignature } from "@flashdeconv/core";
import { compareCodePoints, numbered, shortList } from "@flashdeconv/core/internal";
import type { PreparedReference } from "@flashdeconv/pipeline";

/** The cells of one input, summed up. */
export interface Donor {
  readonly prepared: Pick<PreparedReference, "signature" | "cellCounts" | "values">;
  /** Per type, squares of all counts, over genes that are used and others. */
  readonly squares: ReadonlyMap<string, Float64Array>;
}

/** Mean counts per type, and what is known of their cells. */
export interface JoinedSignature {
  readonly signature: ReferenceSignature;
  readonly cellCounts: Int32Array;
  /** How much more than Poisson counts vary from cell to cell: phi of the variance m + phi m^2; NaN for a single cell. */
  readonly dispersions: Float64Array;
  /** Genes that are not in all inputs, or have their name twice in one of several. */
  readonly leftOutGenes: number;
}

export interface TypeChoice {
  readonly dropType?: readonly string[];
  readonly minCells?: number;
}

/**
 * Joins the cells of several inputs: means over all cells of a type, whoever they come from. Whole counts add up exactly, so one input gives
 * the bits that a run on its cells has.
 *
 * @throws OptionError where nothing is shared, or no type is left
 */
export function joinDonors(donors: readonly Donor[], choice: TypeChoice): JoinedSignature {
  const { geneNames, columns } = sharedGenes(donors);
  const cells = new Map<string, number>();
  for (const { prepared } of donors) {
    for (const [k, name] of prepared.signature.typeNames.entries()) {
      cells.set(name, (cells.get(name) ?? 0) + prepared.cellCounts[k]);
    }
  }
  const typeNames = chosenTypes(cells, choice);
  const [G, values] = [geneNames.length, new Float64Array(typeNames.length * geneNames.length)];
  const dispersions = new Float64Array(typeNames.length);
  for (const [k, name] of typeNames.entries()) {
    const row = values.subarray(k * G, (k + 1) * G);
    const squares = new Float64Array(G);
    for (const [d, { prepared, squares: ofDonor }] of donors.entries()) {
      const { signature, cellCounts, values: found } = prepared;
      const own = signature.typeNames.indexOf(name);
      if (own < 0) continue;
      const width = signature.geneNames.length;
      for (let g = 0; g < G; g++) {
        const column = columns[d][g];
        const mean = signature.values[own * width + column];
        const sum = mean * cellCounts[own];
        row[g] += donors.length === 1 ? mean : found.isWhole ? Math.round(sum) : sum;
        squares[g] += ofDonor.get(name)?.[column] ?? 0;
      }
    }
    const count = cells.get(name) as number;
    if (donors.length > 1) for (let g = 0; g < G; g++) row[g] /= count;
    dispersions[k] = dispersionOf(row, squares, count);
  }
  return {
    signature: { typeNames, geneNames, values },
    cellCounts: Int32Array.from(typeNames, (name) => cells.get(name) as number),
    dispersions,
    leftOutGenes: donors[0].prepared.signature.geneNames.length - G,
  };
}

/** Moments of all genes together: what their variances are above their means, over the squares of their means. */
function dispersionOf(means: Float64Array, squares: Float64Array, count: number): number {
  if (count < 2) return Number.NaN;
  let [excess, scale] = [0, 0];
  for (const [g, mean] of means.entries()) {
    excess += (squares[g] - count * mean * mean) / (count - 1) - mean;
    scale += mean * mean;
  }
  return scale > 0 ? Math.max(0, excess / scale) : Number.NaN;
}

function sharedGenes(donors: readonly Donor[]) {
  const lists = donors.map(({ prepared }) => prepared.signature.geneNames);
  const [first] = lists;
  if (lists.length === 1) return { geneNames: first, columns: [Int32Array.from(first, (_, g) => g)] };
  const places = lists.map((names) => {
    const place = new Map<string, number>();
    // A name that comes twice says of neither which it is.
    for (const [g, name] of names.entries()) place.set(name, place.has(name) ? -1 : g);
    return place;
  });
  const geneNames = first.filter((name) => places.every((place) => (place.get(name) ?? -1) >= 0));
  if (geneNames.length === 0) {
    throw new OptionError({
      option: "<cells>",
      value: numbered(donors.length, "input"),
      rule: `genes that all have: the first begins with ${shortList(first.slice(0, 3))}, the second with ${shortList(lists[1].slice(0, 3))}`,
      remedy: "Name the column of var that has the same names in all, with --gene-key.",
    });
  }
  return {
    geneNames,
    columns: places.map((place) => Int32Array.from(geneNames, (name) => place.get(name) as number)),
  };
}

function chosenTypes(
  cells: ReadonlyMap<string, number>,
  { dropType = [], minCells = 1 }: TypeChoice,
): string[] {
  const known = [...cells.keys()].sort(compareCodePoints);
  const unknown = dropType.find((name) => !cells.has(name));
  if (unknown !== undefined) {
    throw new OptionError({
      option: "--drop-type",
      value: unknown,
      rule: `a type of the cells: ${shortList(known)}`,
      remedy: "Name one of these, or leave it out.",
    });
  }
  const kept = known.filter((name) => !dropType.includes(name) && (cells.get(name) ?? 0) >= minCells);
  if (kept.length > 0) return kept;
  throw new OptionError({
    option: dropType.length > 0 ? "--drop-type" : "--min-cells",
    value: dropType.length > 0 ? dropType.join(", ") : minCells,
    rule: "at least one type that stays",
    remedy: "Drop fewer, or ask for fewer cells.",
  });
}
