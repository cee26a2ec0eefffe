import { isAbsolute } from "node:path";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import { mostPieces, pieceRange, refines } from "@flashdeconv/pipeline/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import packageJson from "../../../package.json";
import { type StageCosts, type StageSize, stageCosts } from "./stage-costs.js";
import { STAGE_NAMES, STAGES, type StageName } from "./stage-names.js";

/** What the processes of a run share, as its folder keeps it. */
export interface StagePlan {
  readonly section: string;
  /** The options of the run, as commander hands them over. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Names of places in both are as seen from here; left out where they are the same from anywhere. */
  readonly folder?: string;
  /** The command that made the plan, to be kept with the result. */
  readonly command: string | undefined;
  readonly stages: readonly StageName[];
  readonly spotCount: number;
  readonly typeCount: number;
  readonly pieceCount: number;
}

/** The stages of a run with these options. */
export function stagesOf(options: DeconvolveOptions): StageName[] {
  const isLeftOut = (name: StageName) =>
    (!refines(options) && (name === "start" || name === "refine")) ||
    (options.maxTypes !== undefined && name === "solve");
  return STAGE_NAMES.filter((name) => !isLeftOut(name));
}

/** Options that name places. */
const PLACES = ["reference", "out", "labels", "scratch", "cache"];

/** Whether places of a run mean the same from any folder of any machine that has them. */
export function areAbsolute(section: string, flags: Readonly<Record<string, unknown>>): boolean {
  const given = [section, ...PLACES.map((name) => flags[name])].filter((one) => typeof one === "string");
  return given.every((place) => isRemote(place) || isAbsolute(localPath(place)));
}

export function piecesFor(asked: number, spotCount: number): number {
  return Math.max(1, Math.min(asked, mostPieces(spotCount)));
}

/** The plan as plan.json and `--json` show it, with how many pieces were asked for: there may be too few blocks for them. */
export function describePlanOfStages(
  plan: StagePlan,
  size: StageSize,
  askedPieces: number,
): Record<string, unknown> {
  const { section, stages, spotCount, pieceCount } = plan;
  return {
    flashdeconv: packageJson.version,
    section,
    spot_count: spotCount,
    piece_count: pieceCount,
    asked_piece_count: askedPieces,
    stages: stages.map((name) => describeStage(name, plan, size)),
  };
}

function describeStage(name: StageName, { spotCount, pieceCount }: StagePlan, size: StageSize) {
  if (!STAGES[name].isPass) return { stage: name, ...inJson(stageCosts(name, size, 1)), pieces: [] };
  const pieces = Array.from({ length: pieceCount }, (_, i) => {
    const { start, end } = pieceRange(spotCount, pieceCount, i);
    const share = (end - start) / Math.max(1, spotCount);
    return { piece: i + 1, start, end, ...inJson(stageCosts(name, size, share)) };
  });
  const sumOf = (key: "read_bytes" | "cpu_seconds") => pieces.reduce((sum, piece) => sum + piece[key], 0);
  return {
    stage: name,
    read_bytes: sumOf("read_bytes"),
    memory_bytes: Math.max(...pieces.map((piece) => piece.memory_bytes)),
    cpu_seconds: Math.round(10 * sumOf("cpu_seconds")) / 10,
    pieces,
  };
}

function inJson({ readBytes, memoryBytes, seconds }: StageCosts) {
  return { read_bytes: readBytes, memory_bytes: memoryBytes, cpu_seconds: seconds };
}
