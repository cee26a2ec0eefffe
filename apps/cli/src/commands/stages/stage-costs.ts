import type { MemoryPlan } from "@flashdeconv/pipeline";
import type { MemoryFacts } from "@flashdeconv/pipeline/internal";
import type { ResourceFlags } from "../../options/resource-options.js";
import { planResources } from "../../resources/plan-resources.js";
import { planPiece, sectionFacts } from "./plan-piece.js";
import { STAGES, type StageName } from "./stage-names.js";

/** Stages of a section alone. */
export type OwnStage = Exclude<StageName, "section">;

/** What the costs of stages depend on. */
export interface StageSize {
  readonly facts: MemoryFacts;
  /** Of the whole run. */
  readonly memory: MemoryPlan;
  /** Of the plan: what each piece keeps to. */
  readonly flags: ResourceFlags;
  /** Share of a section of so many spots that is surveyed. */
  readonly surveyedShare: (spotCount: number) => number;
}

/** The same of sections that are done apart. */
export interface SectionsSize extends StageSize {
  /** What is done of each. */
  readonly stages: readonly OwnStage[];
  /** Spots of those that a strength of smoothing for all is chosen on. */
  readonly chosenOn: readonly number[];
}

export interface StageCosts {
  /** Of counts, decoded. */
  readonly readBytes: number;
  readonly memoryBytes: number;
  /** Of CPU, as `RATES` has them. */
  readonly seconds: number;
}

/** A value and its index. */
const VALUE_BYTES = 8;

interface Rates {
  /** CPU seconds of a process, whatever its size. */
  readonly start: number;
  /** Nanoseconds for each stored value that is read. */
  readonly value: number;
  /** For each spot and type. */
  readonly spotType: number;
  /** The same where strips of spots go to scratch. */
  readonly onScratch?: number;
}

/**
 * Measured on 1 million simulated spots with 184 stored values each, in memory, and 10 million with 61 in strips on scratch, 20 types, from
 * gzip, in pieces of one worker, on two busy cores (stages-1m-4 and stages-10m-16 in benchmarks/results). Alone on such a machine a run takes
 * three quarters of that.
 */
const RATES: Readonly<Record<OwnStage, Rates>> = {
  prepare: { start: 4.3, value: 0, spotType: 92 },
  survey: { start: 1.2, value: 158, spotType: 930 },
  choose: { start: 8.9, value: 0, spotType: 69 },
  summarize: { start: 1.2, value: 89, spotType: 68 },
  start: { start: 1.5, value: 0, spotType: 440, onScratch: 750 },
  refine: { start: 1.2, value: 111, spotType: 325 },
  solve: { start: 1.5, value: 0, spotType: 850, onScratch: 1300 },
  write: { start: 2, value: 0, spotType: 470, onScratch: 585 },
};

/** What a stage costs for a share of the section. */
export function stageCosts(name: OwnStage, size: StageSize, share: number): StageCosts {
  const { facts, memory, flags, surveyedShare } = size;
  const { hasPieces: isPass } = STAGES[name];
  const spots = facts.spotCount * share;
  const read = name === "survey" ? surveyedShare(facts.spotCount) : isPass ? 1 : 0;
  const values = facts.sampledValuesPerSpot * spots;
  const { start, value, spotType, onScratch = spotType } = RATES[name];
  const ofSpot = facts.typeCount * (memory.keeps === "scratch" ? onScratch : spotType);
  const seconds = start + 1e-9 * (value * values * read + ofSpot * spots * (isPass ? read : 1));
  return {
    readBytes: Math.ceil(VALUE_BYTES * values * read),
    memoryBytes: isPass ? planPiece(facts, Math.ceil(spots), flags).totalBytes : memory.totalBytes,
    seconds: Math.ceil(10 * seconds) / 10,
  };
}

/** Spots of the largest sample, on which all is chosen: a smaller section costs less by as much as it has fewer. */
const SAMPLED_SPOTS = 9216;

/** What a process costs that does sections apart, one after the other: the sum of their stages, and one start. */
export function sectionCosts(spotCounts: readonly number[], size: SectionsSize): StageCosts {
  const each = spotCounts.map((spotCount) => {
    const facts = sectionFacts(size.facts, spotCount);
    const memory = planResources(facts, size.flags);
    const costs = size.stages.map((name) => stageCosts(name, { ...size, facts, memory }, 1));
    const starts = size.stages.reduce((sum, name) => sum + RATES[name].start, 0);
    const choosing = RATES.choose.start * Math.min(1, spotCount / SAMPLED_SPOTS);
    const seconds = sumOf(costs, "seconds") - starts + choosing;
    return { readBytes: sumOf(costs, "readBytes"), memoryBytes: memory.totalBytes, seconds };
  });
  return {
    readBytes: sumOf(each, "readBytes"),
    memoryBytes: Math.max(...each.map(({ memoryBytes }) => memoryBytes)),
    seconds: Math.ceil(10 * (RATES.solve.start + sumOf(each, "seconds"))) / 10,
  };
}

/** What it costs to read the reference of several sections, and to choose what they share. */
export function sharedCosts(size: SectionsSize): StageCosts {
  const own = { ...size, stages: ["survey", "choose"] as const };
  const choice = size.chosenOn.length > 0 ? sectionCosts(size.chosenOn, own) : undefined;
  const seconds = RATES.prepare.start + (choice?.seconds ?? 0);
  const readBytes = choice?.readBytes ?? 0;
  return { readBytes, memoryBytes: size.memory.totalBytes, seconds: Math.ceil(10 * seconds) / 10 };
}

function sumOf(all: readonly StageCosts[], key: "readBytes" | "seconds"): number {
  return all.reduce((sum, one) => sum + one[key], 0);
}
