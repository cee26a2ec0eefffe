import type { CsrChunk, ReferenceSignature } from "@flashdeconv/core";
import { signatureSubset } from "@flashdeconv/select-genes";
import { expressionProfiles } from "@flashdeconv/solver-weighted";
import type { CellSample } from "../../contracts/cells.js";
import type { Calibration } from "../../contracts/intervals.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import { TILE_SPOTS } from "../../runtime/sample-size.js";
import type { ScaleRules } from "../../stages/intervals/interval-bounds.js";
import { narrow } from "../../stages/survey/narrow-sample.js";
import { depthsOf } from "../../stages/survey/sample-totals.js";
import { type Fit, strengthsIn } from "../settle-smoothing.js";
import { calibrate, type Judged, widened } from "./calibrate.js";
import { adaptCells, cellsByType } from "./cells-by-type.js";
import { effectiveCells } from "./effective-cells.js";
import { addDisagreement, type Disagreement, halveGenes, noDisagreement, widenedBy } from "./gene-halves.js";
import { drawPseudoTissue } from "./pseudo-tissue.js";
import { resampledReference } from "./resampled-reference.js";
import type { Tile } from "./tile.js";

/** How a method goes from counts to proportions. */
export interface TileMethod {
  /** The problem of some counts and a signature over the same genes, with the strengths of the section. */
  prepare(counts: CsrChunk, signature: ReferenceSignature, changes?: PrepareChanges): Promise<Fit>;
  /** M x K proportions of RNA. */
  solve(fit: Fit, counts: CsrChunk): Promise<Float64Array>;
}

/** What is not as the run was asked for. */
export type PrepareChanges = Partial<Pick<DeconvolveOptions, "overdispersion" | "platformCorrection">>;

export interface CalibrationRequest {
  readonly tile: Tile;
  /** Of the section. */
  readonly fit: Fit;
  /** Some cells of the reference over the tile's genes, and the names that their types are numbered by. */
  readonly cells: CellSample | undefined;
  readonly cellTypes: readonly string[];
  /** K: cells of each type; 0 where they are not known, or not of whole counts. */
  readonly cellCounts: Float64Array;
  readonly rules: ScaleRules;
}

/** From so many cells a spot is as good as a mix of means. */
const MANY_CELLS = 100;
/** A small tile is drawn several times, but no more than so often. */
const MOST_TISSUES = 4;
/** How often genes are halved, and how many each half needs for a type. */
const SPLITS = 1;
const GENES_PER_TYPE = 2;

/**
 * How far proportions are off where they are known: in a tissue made as composed as the section's tile seems to be, of counts of the reference's
 * cells, and taken through all steps of the method with a reference of other cells.
 */
export async function calibrateTile(
  { tile, fit, cells: sampled, cellTypes, cellCounts, rules }: CalibrationRequest,
  method: TileMethod,
): Promise<Calibration> {
  const { problem } = fit;
  const { counts, sample } = tile;
  const { signature, statistics, profiles, shares, overdispersion: phi = 0 } = problem;
  if (!profiles || !shares) throw new TypeError("a problem without a model of counts");
  const { typeNames } = signature;
  const { projection, gram } = statistics;
  const estimate = await method.solve(fit, counts);
  const cells = sampled && cellsByType(sampled, cellTypes, typeNames);
  const found = effectiveCells({
    counts,
    spots: sample.spots,
    neighbors: sample.graph.neighbors,
    proportions: estimate,
    gram,
    projection,
    shares,
    overdispersion: phi,
  });
  const cellsPerSpot = found < MANY_CELLS ? found : undefined;
  const depths = depthsOf(counts);
  const reference = expressionProfiles(signature.values, typeNames.length);
  // What the platform correction made of each gene.
  const factors = profiles.map((share, i) => (reference[i] > 0 ? share / reference[i] : 0));
  const adapted = cells && adaptCells(cells, factors);
  const drawn = { proportions: estimate, depths, profiles, cells: adapted, cellsPerSpot };
  const resampled = (seed: number) => resampledReference(signature, cellCounts, cells, seed);
  const overdispersion = await leftOver(phi);
  const [section, tissues] = [noDisagreement(), noDisagreement()];
  await compareHalves(section, { counts, fit, answer: estimate });
  const judged: Judged[] = [];
  const tissueCount = Math.min(MOST_TISSUES, Math.max(1, Math.round(TILE_SPOTS / depths.length)));
  for (let seed = 1; seed <= tissueCount; seed++) {
    const tissue = drawPseudoTissue({ ...drawn, overdispersion, seed });
    const own = await method.prepare(tissue.counts, resampled(seed));
    const answer = await method.solve(own, tissue.counts);
    await compareHalves(tissues, { counts: tissue.counts, fit: own, answer });
    const { divisors } = rules;
    judged.push({
      estimate: inAmounts(answer, divisors),
      truth: inAmounts(tissue.truth, divisors),
      depths: depthsOf(tissue.counts),
    });
  }
  const { entryCount, ...table } = widened(calibrate(judged, rules), widenedBy(section, tissues));
  const { information, epsilon, amount } = rules;
  return {
    information,
    strengths: strengthsIn(fit),
    epsilon,
    amount,
    ...table,
    facts: {
      spotCount: depths.length,
      entryCount,
      cellsPerSpot: found,
      overdispersion,
      typesWithoutCells: typeNames.filter((_, k) => cells?.types[k] === undefined),
    },
  };

  /** What cells differ by is overdispersion already: only what is left of it is added. */
  async function leftOver(estimated: number): Promise<number> {
    if (cellsPerSpot === undefined || !cells || !(estimated > 0)) return estimated;
    const plain = drawPseudoTissue({ ...drawn, overdispersion: 0, seed: 0 });
    const { problem: own } = await method.prepare(plain.counts, resampled(0), { overdispersion: "auto" });
    return Math.max(0, estimated - (own.overdispersion ?? 0));
  }

  async function compareHalves(into: Disagreement, compared: Compared): Promise<void> {
    const { counts, fit: own, answer } = compared;
    if (counts.width < 2 * GENES_PER_TYPE * typeNames.length) return;
    const corrected = correctedSignature(own.problem, cellCounts);
    const changes = { overdispersion: phi, platformCorrection: false };
    for (let split = 0; split < SPLITS; split++) {
      const answers: Float64Array[] = [];
      for (const genes of halveGenes(counts.width, split)) {
        const part = narrow(counts, genes);
        const half = await method.prepare(part, signatureSubset(corrected, genes), changes);
        // A type may have no count in one half.
        if (half.problem.signature.typeNames.length < typeNames.length) return;
        answers.push(await method.solve(half, part));
      }
      addDisagreement(into, answer, answers as [Float64Array, Float64Array]);
    }
  }
}

/** The signature as the platform correction left it, on the scale of counts of a cell where that is known. */
function correctedSignature(
  { signature, profiles, referenceCounts }: Fit["problem"],
  cellCounts: Float64Array,
): ReferenceSignature {
  const geneCount = signature.geneNames.length;
  const values = Float64Array.from(profiles ?? [], (share, i) => {
    const k = Math.floor(i / geneCount);
    return cellCounts[k] > 0 ? (share * (referenceCounts?.[k] ?? 0)) / cellCounts[k] : share;
  });
  return { ...signature, values };
}

interface Compared {
  readonly counts: CsrChunk;
  /** Of all genes, and its answer. */
  readonly fit: Fit;
  readonly answer: Float64Array;
}

/** Proportions of what they are asked to be of. */
function inAmounts(rows: Float64Array, divisors: Float64Array | undefined): Float64Array {
  if (!divisors) return rows;
  const out = rows.slice();
  const width = divisors.length;
  for (let at = 0; at < out.length; at += width) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      out[at + k] /= divisors[k];
      sum += out[at + k];
    }
    for (let k = 0; k < width; k++) out[at + k] /= sum;
  }
  return out;
}
