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
 * 1 million simulated spots with 191 stored values each and 20 types, from gzip, on two shared cores at 2.1 GHz (docs/cluster.md).
 */
const RATES: Readonly<Record<StageName, { start: number; value: number; spotType: number }>> = {
  prepare: { start: 1.7, value: 0, spotType: 210 },
  survey: { start: 2.2, value: 266, spotType: 0 },
  choose: { start: 8.5, value: 0, spotType: 70 },
  summarize: { start: 2.2, value: 65, spotType: 0 },
  start: { start: 1.5, value: 0, spotType: 360 },
  refine: { start: 2.2, value: 108, spotType: 0 },
  solve: { start: 1.5, value: 0, spotType: 650 },
  write: { start: 2, value: 0, spotType: 830 },
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
