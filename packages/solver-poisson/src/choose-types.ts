import type { CsrChunk } from "@flashdeconv/core";
import { shortLog } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";
import { buildNewtonStep, type CountRow, type NewtonStep, takeStep } from "./newton-step.js";
import { depthOf, startFrom } from "./refine-counts.js";
import { buildSetFit, fitSet, type SetFit, type SpotColumns } from "./set-fits.js";
import { costOf, SET_LIMITS, setRowWidth } from "./set-limits.js";

/** Sets are made of so many types more than a set may have. */
const MORE_CANDIDATES = 4;

export interface TypeChooser {
  /**
   * Finds for each spot the set of at most N types that is most likely by its counts and by what its start says of it, less a cost for each
   * type after the first.
   *
   * @param rows raw counts over the G genes
   * @param start rows x K, proportions that are likely before the counts are looked at; equal ones where a row is not numbers or all 0
   * @param out rows x `setRowWidth`, overwritten
   */
  choose(rows: CsrChunk, start: StatArray, out: StatArray): void;
}

interface Work {
  readonly likelihood: CountLikelihood;
  readonly mostTypes: number;
  readonly step: NewtonStep;
  readonly fit: SetFit;
  readonly spot: SpotColumns;
  /** Genes of the counts that take part. */
  genes: Int32Array;
  /** G x K: logarithms of the types' shares as sets are fitted with them. */
  readonly logs: Float64Array;
  /** Sum of the weighted counts. */
  total: number;
  /** Expected counts of a set's types, the greatest first. */
  readonly found: Float64Array;
  /** K: 1 / the types' weighted totals. */
  readonly inverseTotals: Float64Array;
  /** K: what is added to the score of each set that has the type. */
  readonly priors: Float64Array;
  /** K: scores of single types. */
  readonly singles: Float64Array;
  /** Types that come into question. */
  readonly candidates: Int32Array;
  readonly isTaken: Uint8Array;
  /** All sets of two candidates or more, as places among them. */
  readonly sets: readonly Int32Array[];
  readonly scores: Float64Array;
  /** Sets x N. */
  readonly shares: Float64Array;
}

export function buildTypeChooser(likelihood: CountLikelihood, mostTypes: number): TypeChooser {
  const { typeCount, geneCount, shares, totals } = likelihood;
  const most = Math.min(mostTypes, typeCount);
  const inverseTotals = totals.map((total) => 1 / total);
  const logs = new Float64Array(geneCount * typeCount);
  for (let i = 0; i < logs.length; i++)
    logs[i] = shortLog(positive(shares[i] * inverseTotals[i % typeCount]));
  const candidateCount = Math.min(typeCount, most + MORE_CANDIDATES);
  const sets = subsets(candidateCount, most);
  const work: Work = {
    likelihood,
    mostTypes,
    step: buildNewtonStep(likelihood),
    fit: buildSetFit(most),
    spot: {
      length: 0,
      weights: new Float64Array(0),
      columns: Array.from({ length: candidateCount }, () => new Float64Array(0)),
    },
    genes: new Int32Array(0),
    total: 0,
    found: new Float64Array(most),
    logs,
    inverseTotals,
    priors: new Float64Array(typeCount),
    singles: new Float64Array(typeCount),
    candidates: new Int32Array(candidateCount),
    isTaken: new Uint8Array(typeCount),
    sets,
    scores: new Float64Array(sets.length),
    shares: new Float64Array(sets.length * most),
  };
  const width = setRowWidth(mostTypes);
  return {
    choose({ spotCount, indptr, indices, values }, start, out) {
      const counts = { indices, values, start: 0, end: 0 };
      const from = { rows: start, at: 0 };
      const to = { rows: out, at: 0 };
      for (let row = 0; row < spotCount; row++) {
        counts.start = indptr[row];
        counts.end = indptr[row + 1];
        from.at = row * typeCount;
        to.at = row * width;
        chooseSet(work, counts, from, to);
      }
    },
  };
}

const LEAST_SHARE = 1e-30;
const positive = (share: number): number => Math.max(share, LEAST_SHARE);

/** Sets of two up to `most` of so many, smaller ones first. */
function subsets(count: number, most: number): Int32Array[] {
  const all: Int32Array[] = [];
  const extend = (set: readonly number[], size: number) => {
    if (set.length === size) {
      all.push(Int32Array.from(set));
      return;
    }
    for (let next = (set.at(-1) ?? -1) + 1; next < count; next++) extend([...set, next], size);
  };
  for (let size = 2; size <= most; size++) extend([], size);
  return all;
}

/** A row among others: where it begins in an array of all. */
interface Place {
  readonly rows: StatArray;
  at: number;
}

function chooseSet(work: Work, row: CountRow, start: Place, out: Place): void {
  loadRow(work, row);
  clearRow(work, out);
  if (work.spot.length === 0) return;
  setPriors(work, start);
  scoreSingles(work);
  startFrom(work.step, start.rows, start.at, depthOf(row));
  takeStep(work.step, row);
  findCandidates(work, start);
  loadColumns(work);
  fitSets(work);
  writeBest(work, out);
}

/** A spot without counts: no types, nothing certain. */
function clearRow({ mostTypes }: Work, { rows, at }: Place): void {
  const types = at + 2;
  rows.fill(0, at, types);
  rows.fill(-1, types, types + mostTypes);
  rows.fill(0, types + mostTypes, types + 2 * mostTypes);
  rows.fill(-1, types + 2 * mostTypes, types + 3 * mostTypes);
}

/** The counts that take part, weighted. */
function loadRow(work: Work, row: CountRow): void {
  const { likelihood, spot } = work;
  const { weights } = likelihood;
  const most = row.end - row.start;
  if (spot.weights.length < most) {
    spot.weights = new Float64Array(2 * most);
    work.genes = new Int32Array(2 * most);
    for (let c = 0; c < spot.columns.length; c++) spot.columns[c] = new Float64Array(2 * most);
  }
  let length = 0;
  let total = 0;
  for (let i = row.start; i < row.end; i++) {
    const gene = row.indices[i];
    const weighted = weights[gene] * row.values[i];
    if (!(weighted > 0)) continue;
    work.genes[length] = gene;
    spot.weights[length++] = weighted;
    total += weighted;
  }
  spot.length = length;
  work.total = total;
}

/** What a spot's start says of each type before its counts are asked: a logarithm, the less the less of it there is. */
function setPriors({ priors }: Work, { rows, at }: Place): void {
  const typeCount = priors.length;
  let sum = 0;
  for (let k = 0; k < typeCount; k++) sum += rows[at + k];
  const { leastPrior: floor } = SET_LIMITS;
  for (let k = 0; k < typeCount; k++) {
    const share = sum > 0 ? rows[at + k] / sum : 1 / typeCount;
    priors[k] = shortLog((share + floor) / (1 + typeCount * floor));
  }
}

/** Where a spot is of one type, its log-likelihood is linear in the counts. */
function scoreSingles({ spot, genes, logs, singles, priors }: Work): void {
  const typeCount = singles.length;
  singles.set(priors);
  for (let i = 0; i < spot.length; i++) {
    const weight = spot.weights[i];
    const from = genes[i] * typeCount;
    for (let k = 0; k < typeCount; k++) singles[k] += weight * logs[from + k];
  }
}

/** The types with most after a step of Newton's method, the likeliest single ones, and the first of those that the spot started with. */
function findCandidates(work: Work, start: Place): void {
  const { candidates, isTaken, step, singles } = work;
  const size = candidates.length;
  isTaken.fill(0);
  let count = takeBest(work, { rows: step.next, at: 0 }, 0, size - 3);
  count = takeBest(work, { rows: singles, at: 0 }, count, size - 1);
  takeBest(work, start, count, size);
}

/** Takes types by their numbers, the greatest first, until there are so many candidates. */
function takeBest({ candidates, isTaken }: Work, { rows, at }: Place, taken: number, most: number): number {
  let count = taken;
  for (; count < most; count++) {
    let best = -1;
    for (let k = 0; k < isTaken.length; k++) {
      if (isTaken[k] === 0 && (best < 0 || rows[at + k] > rows[at + best])) best = k;
    }
    isTaken[best] = 1;
    candidates[count] = best;
  }
  return count;
}

function loadColumns({ likelihood, spot, genes, candidates, inverseTotals }: Work): void {
  const { shares, typeCount } = likelihood;
  for (let c = 0; c < candidates.length; c++) {
    const type = candidates[c];
    const inverse = inverseTotals[type];
    const column = spot.columns[c];
    for (let i = 0; i < spot.length; i++) column[i] = positive(shares[genes[i] * typeCount + type] * inverse);
  }
}

function fitSets({ fit, spot, sets, scores, shares, total, priors, candidates }: Work): void {
  const cost = costOf(total);
  const width = fit.shares.length;
  for (let set = 0; set < sets.length; set++) {
    const members = sets[set];
    let score = fitSet(fit, spot, members) - cost * (members.length - 1);
    for (let j = 0; j < members.length; j++) score += priors[candidates[members[j]]];
    scores[set] = score;
    for (let j = 0; j < members.length; j++) shares[set * width + j] = fit.shares[j];
  }
}

/** The score of the best set beside one, or of all that lack a type. A single type is numbered before the others. */
function bestBeside({ singles, candidates, sets, scores }: Work, except: number, lacking: number): number {
  const typeCount = singles.length;
  let best = -1;
  let score = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < typeCount; k++) {
    if (k === except || k === lacking || !(singles[k] > score)) continue;
    best = k;
    score = singles[k];
  }
  for (let set = 0; set < sets.length; set++) {
    if (typeCount + set === except || !(scores[set] > score)) continue;
    if (lacking >= 0 && holds(sets[set], candidates, lacking)) continue;
    best = typeCount + set;
    score = scores[set];
  }
  return best;
}

function holds(set: Int32Array, candidates: Int32Array, type: number): boolean {
  for (let j = 0; j < set.length; j++) if (candidates[set[j]] === type) return true;
  return false;
}

const scoreOf = ({ singles, scores }: Work, set: number): number =>
  set < singles.length ? singles[set] : scores[set - singles.length];

function writeBest(work: Work, out: Place): void {
  const { mostTypes, found } = work;
  const { rows, at } = out;
  const best = bestBeside(work, -1, -1);
  const score = scoreOf(work, best);
  const types = at + 2;
  const counts = types + mostTypes;
  const size = writeSet(work, best, rows, types);
  for (let j = 0; j < size; j++) rows[counts + j] = found[j];
  let certain = 0;
  for (let j = 0; j < size; j++) {
    const without = bestBeside(work, best, rows[types + j]);
    if (without < 0 || score - scoreOf(work, without) >= SET_LIMITS.certain) certain++;
  }
  const other = bestBeside(work, best, -1);
  rows[at] = certain;
  rows[at + 1] = other < 0 ? 0 : score - scoreOf(work, other);
  if (other >= 0) writeSet(work, other, rows, counts + mostTypes);
}

/** Writes the types of a set, those with most first; what is expected of each is in `found`. Returns how many there are. */
function writeSet(work: Work, set: number, rows: StatArray, types: number): number {
  const { singles, candidates, sets, shares, fit, total, inverseTotals, found } = work;
  const typeCount = singles.length;
  const isSingle = set < typeCount;
  const size = isSingle ? 1 : sets[set - typeCount].length;
  for (let j = 0; j < size; j++) {
    const type = isSingle ? set : candidates[sets[set - typeCount][j]];
    const share = isSingle ? 1 : shares[(set - typeCount) * fit.shares.length + j];
    const count = share * total * inverseTotals[type];
    let place = j;
    for (; place > 0 && found[place - 1] < count; place--) {
      found[place] = found[place - 1];
      rows[types + place] = rows[types + place - 1];
    }
    found[place] = count;
    rows[types + place] = type;
  }
  return size;
}
