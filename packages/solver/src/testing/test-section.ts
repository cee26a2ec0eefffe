import type { Chunk, NeighborGraph } from "@flashdeconv/core";
import type { SolverInput, SolverReference } from "../solver.js";

/** A small section with known composition, in the form a solver's input asks for. */
export interface TestSection {
  readonly reference: SolverReference;
  /** All spots' rows, as `summarize` is to get them. */
  readonly rows: Chunk;
  readonly graph: NeighborGraph;
  readonly spotCount: number;
  readonly typeCount: number;
  /** Spots of one type only, in patches of that type, with the type. */
  readonly pureSpots: readonly { spot: number; type: number }[];
  /** Spots whose row is all 0. */
  readonly emptySpots: readonly number[];
}

/** Which type stands at which place, and which spot: the same tissue under other numbers. */
export interface Relabeling {
  /** New type `k` is old type `types[k]`. */
  readonly types: readonly number[];
  /** New spot `i` is old spot `spots[i]`. */
  readonly spots: readonly number[];
}

const SIDE = 12;
const TYPE_COUNT = 5;
const GENE_COUNT = 60;
/** Of those that are not empty. */
export const COUNTS_PER_SPOT = 4000;

export function identityLabels(): Relabeling {
  return { types: range(TYPE_COUNT), spots: range(SIDE * SIDE) };
}

/** Other labels for the same tissue: types reversed, spots in a stride that visits each once. */
export function otherLabels(): Relabeling {
  return {
    types: range(TYPE_COUNT).reverse(),
    spots: range(SIDE * SIDE).map((i) => (i * 31 + 5) % (SIDE * SIDE)),
  };
}

/** A grid of 12 x 12 spots: stripes of one type each, mixtures between them, two empty spots. */
export function buildTestSection(input: SolverInput, labels: Relabeling = identityLabels()): TestSection {
  const signature = relabelRows(buildSignature(), labels.types, GENE_COUNT);
  const spotCount = SIDE * SIDE;
  const emptySpots: number[] = [];
  const pureSpots: { spot: number; type: number }[] = [];
  const counts = new Float64Array(spotCount * GENE_COUNT);
  for (let spot = 0; spot < spotCount; spot++) {
    const old = labels.spots[spot];
    if (old === 17 || old === 100) {
      emptySpots.push(spot);
      continue;
    }
    const mixture = mixtureAt(old);
    const pure = mixture.indexOf(1);
    if (pure >= 0 && isInsideStripe(old)) pureSpots.push({ spot, type: labels.types.indexOf(pure) });
    for (let k = 0; k < TYPE_COUNT; k++) {
      const share = mixture[labels.types[k]];
      for (let g = 0; g < GENE_COUNT; g++) {
        counts[spot * GENE_COUNT + g] += COUNTS_PER_SPOT * share * signature[k * GENE_COUNT + g];
      }
    }
  }
  return {
    ...rowsFor(input, counts, signature, spotCount),
    graph: gridGraph(labels.spots),
    spotCount,
    typeCount: TYPE_COUNT,
    pureSpots,
    emptySpots,
  };
}

/** Rows and reference on the scale the input names. Normalised = per 10,000 and logged, as the pipeline's default is. */
function rowsFor(input: SolverInput, counts: Float64Array, signature: Float64Array, spotCount: number) {
  if (input === "weighted-counts") return weightedRows(counts.map(Math.round), signature, spotCount);
  const raw = input === "counts";
  const values = raw ? signature.map((value) => 1000 * value) : logPerTenThousand(signature, TYPE_COUNT);
  const matrix = raw ? counts.map(Math.round) : logPerTenThousand(counts, spotCount);
  const gram = products(values, TYPE_COUNT, values, TYPE_COUNT);
  const typeNames = range(TYPE_COUNT).map((k) => `type ${k}`);
  if (input === "statistics") {
    const h = products(matrix, spotCount, values, TYPE_COUNT);
    const statistics = new Float64Array(spotCount * (TYPE_COUNT + 1));
    for (let i = 0; i < spotCount; i++) {
      statistics.set(h.subarray(i * TYPE_COUNT, (i + 1) * TYPE_COUNT), i * (TYPE_COUNT + 1));
      const row = matrix.subarray(i * GENE_COUNT, (i + 1) * GENE_COUNT);
      statistics[i * (TYPE_COUNT + 1) + TYPE_COUNT] = row.reduce((sum, value) => sum + value * value, 0);
    }
    const reference: SolverReference = { typeNames, width: TYPE_COUNT, values: gram, gram };
    return { reference, rows: dense(statistics, spotCount, TYPE_COUNT + 1) };
  }
  const reference: SolverReference = { typeNames, width: GENE_COUNT, values, gram };
  const rows =
    input === "sketch" ? dense(matrix, spotCount, GENE_COUNT) : sparse(matrix, spotCount, GENE_COUNT);
  return { reference, rows };
}

/** Counts and shares, each gene weighted by the inverse of its share in the section. */
function weightedRows(counts: Float64Array, signature: Float64Array, spotCount: number) {
  const typeNames = range(TYPE_COUNT).map((k) => `type ${k}`);
  const totals = new Float64Array(GENE_COUNT);
  for (let i = 0; i < counts.length; i++) totals[i % GENE_COUNT] += counts[i];
  const sum = totals.reduce((total, value) => total + value, 0);
  const weighted = signature.map((share, i) => (share * sum) / totals[i % GENE_COUNT]);
  const gram = products(signature, TYPE_COUNT, weighted, TYPE_COUNT);
  const products0 = products(counts, spotCount, weighted, TYPE_COUNT);
  const rows = new Float64Array(spotCount * (TYPE_COUNT + 1));
  for (let i = 0; i < spotCount; i++) {
    rows.set(products0.subarray(i * TYPE_COUNT, (i + 1) * TYPE_COUNT), i * (TYPE_COUNT + 1));
    const row = counts.subarray(i * GENE_COUNT, (i + 1) * GENE_COUNT);
    rows[i * (TYPE_COUNT + 1) + TYPE_COUNT] = row.reduce((total, value) => total + value, 0);
  }
  const reference: SolverReference = { typeNames, width: TYPE_COUNT, values: gram, gram };
  return { reference, rows: dense(rows, spotCount, TYPE_COUNT + 1) };
}

/** K x genes, rows sum to 1: twelve marker genes per type on a shared, uneven background. */
function buildSignature(): Float64Array {
  const values = new Float64Array(TYPE_COUNT * GENE_COUNT);
  for (let k = 0; k < TYPE_COUNT; k++) {
    let total = 0;
    for (let g = 0; g < GENE_COUNT; g++) {
      const background = 1 + ((g * 7) % 11) / 5;
      total += values[k * GENE_COUNT + g] = background * (g % TYPE_COUNT === k ? 12 : 1);
    }
    for (let g = 0; g < GENE_COUNT; g++) values[k * GENE_COUNT + g] /= total;
  }
  return values;
}

/** Columns 0-1 are type 0, 2-3 half and half with type 1, and so on across the grid. */
function mixtureAt(spot: number): number[] {
  const column = spot % SIDE;
  const type = Math.min(Math.floor(column / 2.4), TYPE_COUNT - 1);
  const mixture = range(TYPE_COUNT).map(() => 0);
  if (Math.floor(spot / SIDE) < 8) mixture[type] = 1;
  else {
    mixture[type] = 0.6;
    mixture[(type + 2) % TYPE_COUNT] = 0.4;
  }
  return mixture;
}

/** Away from the mixtures below, so that smoothing has nothing to blend. */
function isInsideStripe(spot: number): boolean {
  return Math.floor(spot / SIDE) < 6;
}

function gridGraph(spots: readonly number[]): NeighborGraph {
  const newSpotOf = new Int32Array(spots.length);
  for (const [i, old] of spots.entries()) newSpotOf[old] = i;
  const indptr = [0];
  const indices: number[] = [];
  for (const old of spots) {
    const [row, column] = [Math.floor(old / SIDE), old % SIDE];
    const neighbors = [
      [row - 1, column],
      [row + 1, column],
      [row, column - 1],
      [row, column + 1],
    ].filter(([r, c]) => r >= 0 && r < SIDE && c >= 0 && c < SIDE);
    indices.push(...neighbors.map(([r, c]) => newSpotOf[r * SIDE + c]).sort((a, b) => a - b));
    indptr.push(indices.length);
  }
  return { spotCount: spots.length, indptr: Int32Array.from(indptr), indices: Int32Array.from(indices) };
}

function logPerTenThousand(matrix: Float64Array, rowCount: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let i = 0; i < rowCount; i++) {
    const row = matrix.subarray(i * GENE_COUNT, (i + 1) * GENE_COUNT);
    const total = row.reduce((sum, value) => sum + value, 0);
    if (total > 0)
      for (let g = 0; g < GENE_COUNT; g++) out[i * GENE_COUNT + g] = Math.log1p((1e4 * row[g]) / total);
  }
  return out;
}

/** Rows of `a` times rows of `b`. */
function products(a: Float64Array, aCount: number, b: Float64Array, bCount: number): Float64Array {
  const out = new Float64Array(aCount * bCount);
  for (let i = 0; i < aCount; i++)
    for (let k = 0; k < bCount; k++)
      for (let g = 0; g < GENE_COUNT; g++)
        out[i * bCount + k] += a[i * GENE_COUNT + g] * b[k * GENE_COUNT + g];
  return out;
}

function dense(values: Float64Array, spotCount: number, width: number): Chunk {
  return { kind: "dense", spotStart: 0, spotCount, width, values };
}

function sparse(matrix: Float64Array, spotCount: number, width: number): Chunk {
  const indptr = new Int32Array(spotCount + 1);
  const indices: number[] = [];
  for (let i = 0; i < spotCount; i++) {
    for (let g = 0; g < width; g++) if (matrix[i * width + g] !== 0) indices.push(g);
    indptr[i + 1] = indices.length;
  }
  const values = matrix.filter((value) => value !== 0);
  return { kind: "csr", spotStart: 0, spotCount, width, indptr, indices: Int32Array.from(indices), values };
}

function relabelRows(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (const [i, old] of rows.entries()) out.set(matrix.subarray(old * width, (old + 1) * width), i * width);
  return out;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
