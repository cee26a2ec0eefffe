import type { MemoryPlan } from "@flashdeconv/pipeline";
import type { MemoryFacts } from "@flashdeconv/pipeline/internal";
import type { ResourceFlags } from "../../options/resource-options.js";
import { planPiece } from "./plan-piece.js";
import { STAGES, type StageName } from "./stage-names.js";

/** What the costs of stages depend on. */
export interface StageSize {
  readonly facts: MemoryFacts;
  /** Of the whole run. */
  readonly memory: MemoryPlan;
  /** Of the plan: what each piece keeps to. */
  readonly flags: ResourceFlags;
  /** Share of the section that is surveyed. */
  readonly surveyedShare: number;
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

/**
 * CPU seconds of a process whatever its size, and nanoseconds for each stored value that is read, and for each spot and type. Measured on
 * 1 million simulated spots with 184 stored values each and 20 types, from gzip, in pieces of one worker, on two busy cores at 2.1 GHz
 * (stages-1m-4 in benchmarks/results). Alone there a run takes three quarters of that.
 */
const RATES: Readonly<Record<StageName, { start: number; value: number; spotType: number }>> = {
  prepare: { start: 1.7, value: 0, spotType: 220 },
  survey: { start: 1.2, value: 260, spotType: 0 },
  choose: { start: 8.5, value: 0, spotType: 90 },
  summarize: { start: 1.2, value: 97, spotType: 0 },
  start: { start: 1.5, value: 0, spotType: 440 },
  refine: { start: 1.2, value: 147, spotType: 0 },
  solve: { start: 1.5, value: 0, spotType: 850 },
  write: { start: 2, value: 0, spotType: 470 },
};

/** What a stage costs for a share of the section. */
export function stageCosts(name: StageName, size: StageSize, share: number): StageCosts {
  const { facts, memory, flags, surveyedShare } = size;
  const { isPass } = STAGES[name];
  const spots = facts.spotCount * share;
  const read = name === "survey" ? surveyedShare : isPass ? 1 : 0;
  const values = facts.sampledValuesPerSpot * spots;
  const { start, value, spotType } = RATES[name];
  const seconds = start + 1e-9 * (value * values * read + spotType * spots * facts.typeCount);
  return {
    readBytes: Math.ceil(VALUE_BYTES * values * read),
    memoryBytes: isPass ? planPiece(facts, Math.ceil(spots), flags).totalBytes : memory.totalBytes,
    seconds: Math.ceil(10 * seconds) / 10,
  };
}
