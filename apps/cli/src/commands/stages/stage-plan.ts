import { isAbsolute } from "node:path";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import { mostPieces, pieceRange, refines, type SpotSections } from "@flashdeconv/pipeline/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import packageJson from "../../../package.json";
import { groupSections } from "./group-sections.js";
import {
  type OwnStage,
  type SectionsSize,
  type StageCosts,
  type StageSize,
  sectionCosts,
  sharedCosts,
  stageCosts,
} from "./stage-costs.js";
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
  /** Where the store has several, in its order. */
  readonly sections?: readonly SectionOfPlan[];
}

export interface SectionOfPlan {
  readonly name: string;
  readonly spotCount: number;
}

/** The sections of a store that has several, with their spots; undefined for others. */
export function sectionsOfPlan(sections: SpotSections | undefined): StagePlan["sections"] {
  if (!sections) return undefined;
  const spotCounts = new Array<number>(sections.names.length).fill(0);
  for (const code of sections.codes) spotCounts[code]++;
  return sections.names.map((name, i) => ({ name, spotCount: spotCounts[i] }));
}

/** The stages of a run of one section with these options. */
export function stagesOf(options: DeconvolveOptions): OwnStage[] {
  const isLeftOut = (name: StageName) =>
    name === "section" ||
    (!refines(options) && (name === "start" || name === "refine")) ||
    (options.maxTypes !== undefined && name === "solve");
  return STAGE_NAMES.filter((name): name is OwnStage => !isLeftOut(name));
}

/** Options that name places. */
const PLACES = ["reference", "out", "labels", "scratch", "cache"];

/** Whether places of a run mean the same from any folder of any machine that has them. */
export function areAbsolute(section: string, flags: Readonly<Record<string, unknown>>): boolean {
  const given = [section, ...PLACES.map((name) => flags[name])].filter((one) => typeof one === "string");
  return given.every((place) => isRemote(place) || isAbsolute(localPath(place)));
}

export function piecesFor(
  asked: number,
  { spotCount, sections }: Pick<StagePlan, "spotCount" | "sections">,
): number {
  return Math.max(1, Math.min(asked, sections?.length ?? mostPieces(spotCount)));
}

/** Places of the sections of each piece. */
export function sectionPieces({ sections = [], pieceCount }: StagePlan): number[][] {
  return groupSections(
    sections.map(({ spotCount }) => spotCount),
    pieceCount,
  );
}

/** The plan as plan.json and `--json` show it, with how many pieces were asked for: there may be too few blocks or sections for them. */
export function describePlanOfStages(
  plan: StagePlan,
  size: SectionsSize,
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

function describeStage(name: StageName, plan: StagePlan, size: SectionsSize) {
  if (name === "section") return { stage: name, ...together(piecesOfSections(plan, size)) };
  if (STAGES[name].hasPieces) return { stage: name, ...together(piecesOfPass(name, plan, size)) };
  const isShared = name === "prepare" && plan.sections !== undefined;
  const costs = isShared ? sharedCosts(size) : stageCosts(name, size, 1);
  return { stage: name, ...inJson(costs), pieces: [] };
}

function piecesOfPass(name: OwnStage, { spotCount, pieceCount }: StagePlan, size: StageSize) {
  return Array.from({ length: pieceCount }, (_, i) => {
    const { start, end } = pieceRange(spotCount, pieceCount, i);
    const share = (end - start) / Math.max(1, spotCount);
    return { piece: i + 1, start, end, ...inJson(stageCosts(name, size, share)) };
  });
}

function piecesOfSections(plan: StagePlan, size: SectionsSize) {
  const { sections = [] } = plan;
  return sectionPieces(plan).map((places, i) => {
    const own = places.map((place) => sections[place]);
    const spotCounts = own.map(({ spotCount }) => spotCount);
    return {
      piece: i + 1,
      sections: own.map(({ name }) => name),
      spot_count: spotCounts.reduce((sum, count) => sum + count, 0),
      ...inJson(sectionCosts(spotCounts, size)),
    };
  });
}

function together<P extends ReturnType<typeof inJson>>(pieces: readonly P[]) {
  const sumOf = (key: "read_bytes" | "cpu_seconds") => pieces.reduce((sum, piece) => sum + piece[key], 0);
  return {
    read_bytes: sumOf("read_bytes"),
    memory_bytes: Math.max(...pieces.map((piece) => piece.memory_bytes)),
    cpu_seconds: Math.round(10 * sumOf("cpu_seconds")) / 10,
    pieces,
  };
}

function inJson({ readBytes, memoryBytes, seconds }: StageCosts) {
  return { read_bytes: readBytes, memory_bytes: memoryBytes, cpu_seconds: seconds };
}
