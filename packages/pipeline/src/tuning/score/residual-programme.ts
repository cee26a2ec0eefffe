import { breather, freeArray, mixWord } from "@flashdeconv/core/internal";
import { buildCountModel } from "@flashdeconv/solver-weighted";
import type { FoundProgramme } from "../../contracts/programme.js";
import { ENOUGH_EVIDENCE } from "../../stages/keep/score-facts.js";
import { geneTotals } from "../../stages/survey/sample-totals.js";
import { groupModel } from "./fit-groups.js";
import { groupSpots } from "./pool-spots.js";
import { gather, project, type Residuals, residualsOf, WIDTH } from "./residual-rows.js";
import type { ScoreInput } from "./score-reference.js";
import { groupSize, splitGroups } from "./split-groups.js";

/** Rounds of power iteration at most, and the squared step from which on a direction of unit length stands. */
const ROUNDS = 30;
const STANDS = 1e-6;
/** Where after so many rounds other groups repeat next to nothing, no more rounds are worth it. */
const EARLY = { round: 11, evidence: 2 };
/** Parts of the groups, each judged by a direction that the others gave; the last direction is that of all groups. */
const FOLDS = WIDTH - 1;
/** Counts that a group should have: fewer than to judge mixes, since a type that is missing shows in few places. */
const GROUP_COUNTS = 700;
/** Sum of cubed loadings from which on it is plain which genes are those of the programme. */
const ONE_SIDED = 0.1;
/** Genes that are named. */
const NAMED = 20;

export interface ProgrammeInput extends Omit<ScoreInput, "fitted" | "sharedCounts"> {
  /** As spots are fitted. */
  readonly fitted: NonNullable<ScoreInput["fitted"]>;
}

/**
 * The genes that vary together most beyond what mixes of the types explain: the direction over genes in which what is left of both
 * halves of each group's counts agrees most. Its loadings are on the scale of counts, those of the genes that are higher where it is found
 * positive. Undefined where other places do not repeat it.
 */
export async function residualProgramme(
  input: ProgrammeInput,
  signal?: AbortSignal,
): Promise<FoundProgramme | undefined> {
  const turns = breather(signal);
  const { signature, counts, spots, order, fitted } = input;
  const { geneNames, typeNames } = signature;
  const typeCount = typeNames.length;
  const bulk = geneTotals(counts);
  const total = bulk.reduce((sum, count) => sum + count, 0);
  if (typeCount < 2 || !(total > 0)) return undefined;
  const meanDepth = total / counts.spotCount;
  const groups = groupSpots(counts.spotCount, groupSize(meanDepth, GROUP_COUNTS), order);
  const model = buildCountModel(fitted.profiles, bulk, {
    meanDepth,
    overdispersion: fitted.overdispersion,
  });
  freeArray(model.projection);
  const halves = splitGroups({ counts, spots }, groups, model);
  await turns();
  const types = groupModel(fitted.profiles, typeCount, halves);
  const left = residualsOf(halves, types, fitted.profiles);
  freeArray(types.projection);
  let directions = startDirections(left, groups.groupCount);
  for (let round = 0, step = 1; round < ROUNDS && step > STANDS; round++) {
    await turns();
    const next = nextDirections(left, directions);
    step = largestStep(directions, next);
    directions = next;
    if (round === EARLY.round && !(evidenceIn(left, directions) >= EARLY.evidence)) return undefined;
  }
  if (!(evidenceIn(left, directions) >= ENOUGH_EVIDENCE)) return undefined;
  const [first, second] = project(left, directions);
  const places = first.map((value, at) => value + second[at]).filter((_, at) => at % WIDTH === FOLDS);
  const found = upwards(
    directions.filter((_, at) => at % WIDTH === FOLDS),
    places,
  );
  const loadings = found.map((value, g) => value * Math.sqrt(model.weights[g]));
  const most = loadings.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
  const genes = greatestOf(found, geneNames);
  const { overdispersion } = fitted;
  const scaled = loadings.map((value) => value / most);
  return { genes, overdispersion, loadings: scaled, ...momentsOf(scaled, fitted.profiles, typeCount) };
}

function startDirections(left: Residuals, rowCount: number): Float64Array {
  const start = new Float64Array(rowCount * WIDTH);
  for (let row = 0; row < rowCount; row++)
    start.fill(mixWord(row + 1) / 2 ** 31, row * WIDTH, (row + 1) * WIDTH);
  leaveOutHeld(start);
  return unit(gather(left, [start, start]));
}

/** A round of power iteration for the first eigenvectors of the mean of A'B and B'A, each of the rows that it is not judged by. */
function nextDirections(left: Residuals, directions: Float64Array): Float64Array {
  const [first, second] = project(left, directions);
  leaveOutHeld(first);
  leaveOutHeld(second);
  return unit(gather(left, [second, first]));
}

/** Direction r is judged by the rows r, r + FOLDS and so on; the last by none. */
const isHeld = (row: number, direction: number): boolean => row % FOLDS === direction;

function leaveOutHeld(rows: Float64Array): void {
  for (let row = 0, at = 0; at < rows.length; row++, at += WIDTH) rows[at + (row % FOLDS)] = 0;
}

/** Directions of unit length; 0 stays 0. */
function unit(directions: Float64Array): Float64Array {
  const scales = new Float64Array(WIDTH);
  for (let at = 0; at < directions.length; at++) scales[at % WIDTH] += directions[at] * directions[at];
  for (let r = 0; r < WIDTH; r++) scales[r] = scales[r] > 0 ? 1 / Math.sqrt(scales[r]) : 0;
  for (let at = 0; at < directions.length; at++) directions[at] *= scales[at % WIDTH];
  return directions;
}

/** The largest squared step that a direction took. */
function largestStep(before: Float64Array, after: Float64Array): number {
  const squares = new Float64Array(WIDTH);
  for (let at = 0; at < before.length; at++) squares[at % WIDTH] += (after[at] - before[at]) ** 2;
  return Math.max(...squares);
}

/** Standard errors that products of both halves along directions that other groups gave are from 0. */
function evidenceIn(left: Residuals, directions: Float64Array): number {
  const [first, second] = project(left, directions);
  let [sum, squares] = [0, 0];
  for (let at = 0; at < first.length; at++) {
    if (!isHeld(Math.floor(at / WIDTH), at % WIDTH)) continue;
    const product = first[at] * second[at];
    sum += product;
    squares += product * product;
  }
  return squares > 0 ? sum / Math.sqrt(squares) : 0;
}

/** The direction, or turned round, so that its few strong genes are up; where both sides have such, so that its few strong places are. */
function upwards(found: Float64Array, places: Float64Array): Float64Array {
  const cubes = found.reduce((sum, value) => sum + value ** 3, 0);
  const mean = places.reduce((sum, value) => sum + value, 0) / places.length;
  const skew = places.reduce((sum, value) => sum + (value - mean) ** 3, 0);
  const sign = Math.abs(cubes) >= ONE_SIDED ? cubes : skew;
  return sign < 0 ? found.map((value) => -value) : found;
}

/** The names of the genes with the greatest loadings. */
function greatestOf(values: Float64Array, names: readonly string[]): string[] {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
  return Array.from(order.subarray(0, NAMED))
    .filter((g) => values[g] > 0)
    .map((g) => names[g]);
}

/** What types have of loadings, as mean and variance of a spot's sum want it. */
function momentsOf(loadings: Float64Array, profiles: Float64Array, typeCount: number) {
  const geneCount = loadings.length;
  const means = new Float64Array(typeCount);
  const squares = new Float64Array(typeCount);
  const products = new Float64Array(typeCount * typeCount);
  for (let k = 0; k < typeCount; k++) {
    for (let g = 0; g < geneCount; g++) {
      const own = loadings[g] * profiles[k * geneCount + g];
      means[k] += own;
      squares[k] += loadings[g] * own;
      for (let l = 0; l <= k; l++)
        products[k * typeCount + l] += loadings[g] * own * profiles[l * geneCount + g];
    }
    for (let l = 0; l < k; l++) products[l * typeCount + k] = products[k * typeCount + l];
  }
  return { means, squares, products };
}
