import { type Executor, inlineExecutor, type Notice, OptionError, type SpotRange } from "@flashdeconv/core";
import { allocateHere, ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import type { Checkpoint, Piece } from "./contracts/checkpoint.js";
import type { SpatialInput } from "./contracts/inputs.js";
import type { StageProgress } from "./contracts/run-context.js";
import type { RunMark } from "./contracts/run-mark.js";
import type { PassReport, PipelineTasks, RefineInput } from "./contracts/tasks.js";
import { sessionStarter } from "./open-sessions.js";
import { buildNoticeList } from "./runtime/notice-list.js";
import { unpackPlain } from "./runtime/plain-piece.js";
import { MOST_KEPT_SPOTS, pieceName, rangesIn } from "./runtime/run-pass.js";
import { jobPiece } from "./runtime/run-stop.js";
import { cutRange, gapsBetween } from "./runtime/spot-ranges.js";
import { buildPipelineTasks } from "./stages/pipeline-tasks.js";
import { loadStart } from "./stages/refine/start-rows.js";
import { packSummary } from "./stages/summarize/summarize-spots.js";
import { packSurvey } from "./stages/survey/pack-survey.js";

/** The passes over a section that several processes share. */
export const SHARED_PASSES = ["survey", "summarize", "refine"] as const satisfies readonly RunMark[];

export type SharedPass = (typeof SHARED_PASSES)[number];

const STAGES = { survey: "genes", summarize: "statistics", refine: "refine" } as const;

/** A pass as it was left to others. */
interface PassJob {
  readonly task: SharedPass;
  readonly keptAs: string;
  readonly spotCount: number;
  /** Of the task, without what belongs to a range. */
  readonly input: object;
}

/** What a piece of a pass is done with. */
export interface PieceContext {
  /** Where the job lies, and the parts that there are; `openRunParts` gives it. */
  readonly parts: Pick<Checkpoint, "names" | "load"> & {
    write(name: string, part: Piece): Promise<void>;
  };
  /** As for `deconvolve`. */
  readonly executor?: Executor<PipelineTasks>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StageProgress) => void;
  readonly onNotice?: (notice: Notice) => void;
}

export interface PieceRequest {
  readonly pass: SharedPass;
  /** Spots of the piece, from `pieceRange`. */
  readonly range: SpotRange;
}

/** The spots of a piece: of `count` pieces of about the same number of spots, which begin at whole blocks, the one of index `i`. */
export function pieceRange(spotCount: number, count: number, i: number): SpotRange {
  const blocks = Math.ceil(spotCount / ORDERED_SUM_BLOCK);
  const border = (at: number) => Math.min(Math.floor((at * blocks) / count) * ORDERED_SUM_BLOCK, spotCount);
  return { start: border(i), end: border(i + 1) };
}

/** Pieces of a section at most: none is empty. */
export function mostPieces(spotCount: number): number {
  return Math.ceil(spotCount / ORDERED_SUM_BLOCK);
}

/** Whether a run has come to a mark. */
export function hasCome(mark: RunMark, names: readonly string[]): boolean {
  return names.includes(jobPiece(mark));
}

/** The parts of a piece that are still to be made. */
export async function gapsOfPiece(
  { pass, range }: PieceRequest,
  parts: Pick<Checkpoint, "names" | "load">,
): Promise<SpotRange[]> {
  const { task, keptAs } = await loadJob(pass, parts);
  return gapsBetween(rangesIn(parts.names(), { task, keptAs }), range);
}

/**
 * Does what is left of a piece of a pass, which `deconvolve` with `stopAt` has left to others, and keeps it. It reads the section and what
 * was kept of the job, and knows neither neighbours nor reference.
 *
 * @returns spots that were done; 0 where all was there
 * @throws OptionError where the run has not come to the pass; what reading the section throws; the signal's reason
 */
export async function runPiece(
  { counts, location }: Pick<SpatialInput, "counts" | "location">,
  { pass, range }: PieceRequest,
  context: PieceContext,
): Promise<number> {
  const { parts, signal, onProgress, onNotice } = context;
  const { task, keptAs, input } = await loadJob(pass, parts);
  const executor = context.executor ?? callingThread(counts);
  const whole = await wholeParts(rangesIn(parts.names(), { task, keptAs }), range, (one) =>
    parts.load(pieceName({ task, keptAs }, one)),
  );
  const gaps = gapsBetween(whole, range);
  const total = range.end - range.start;
  const left = gaps.reduce((sum, { start, end }) => sum + end - start, 0);
  const doneOf = new Map<SpotRange, number>();
  const report = () => {
    const done = [...doneOf.values()].reduce((sum, one) => sum + one, total - left);
    onProgress?.({ stage: STAGES[pass], done, total });
  };
  report();
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const doRange = async (own: SpotRange) => {
    const notices = buildNoticeList(onNotice);
    const onReport = (data: unknown) => {
      const told = data as PassReport;
      if (told.kind === "notice") return notices.add(told.notice);
      doneOf.set(own, told.spotsDone);
      report();
    };
    const start = pass === "refine" ? { start: await startOf(own, input as RefineInput, parts) } : {};
    const whole = { ...input, ...start, location, range: own };
    const part = await executor.run(task, whole as never, { signal: signals, onReport });
    const { all } = notices;
    const packed = PACKERS[pass](part as never);
    await parts.write(
      pieceName({ task, keptAs }, own),
      all.length > 0 ? { ...packed, notices: all } : packed,
    );
  };
  const ranges = cutGaps(gaps, executor.concurrency);
  const workers = Array.from({ length: Math.min(executor.concurrency, ranges.length) }, async () => {
    for (let own = ranges.shift(); own !== undefined; own = ranges.shift()) await doRange(own);
  });
  try {
    await Promise.all(workers);
  } catch (error) {
    ranges.length = 0;
    stop.abort();
    await Promise.allSettled(workers);
    signal?.throwIfAborted();
    throw error;
  }
  return left;
}

/** How a part is kept. */
const PACKERS = {
  survey: packSurvey,
  summarize: (part: Parameters<typeof packSummary>[0]) => packSummary(part),
  refine: ({ statistics }: Parameters<typeof packSummary>[0]): Piece => ({
    facts: null,
    arrays: { ...(statistics && { statistics }) },
  }),
};

async function loadJob(pass: SharedPass, { load }: Pick<Checkpoint, "load">): Promise<PassJob> {
  const piece = await load(jobPiece(pass));
  const job = piece && (unpackPlain(piece) as PassJob | null);
  if (job) return job;
  throw new OptionError({
    option: "stage",
    value: pass,
    rule: "a pass that the run has come to",
    remedy: "Do what comes before it first.",
  });
}

/** Of the parts of a piece those that can be read: the others are made again. */
async function wholeParts(
  ranges: readonly SpotRange[],
  piece: SpotRange,
  load: (range: SpotRange) => Promise<Piece | undefined>,
): Promise<SpotRange[]> {
  const whole: SpotRange[] = [];
  for (const range of ranges) {
    const isOurs = range.start < piece.end && range.end > piece.start;
    if (isOurs && (await load(range)) !== undefined) whole.push(range);
  }
  return whole;
}

/** Ranges as long as threads can share, and no longer than what may be lost. */
function cutGaps(gaps: readonly SpotRange[], threads: number): SpotRange[] {
  return gaps.flatMap((gap) => {
    const blocks = Math.ceil((gap.end - gap.start) / ORDERED_SUM_BLOCK / threads);
    return cutRange(gap, Math.min(MOST_KEPT_SPOTS, Math.max(1, blocks) * ORDERED_SUM_BLOCK));
  });
}

async function startOf(
  range: SpotRange,
  { refinement: { typeCount } }: RefineInput,
  parts: Pick<Checkpoint, "names" | "load">,
): Promise<RefineInput["start"]> {
  const rows = await loadStart(range, typeCount, parts);
  if (rows) return { rows, first: range.start };
  throw new OptionError({
    option: "stage",
    value: "refine",
    rule: "a run that has the answer to the first solve",
    remedy: "Do what comes before it first.",
  });
}

function callingThread(counts: SpatialInput["counts"]): Executor<PipelineTasks> {
  return inlineExecutor(
    buildPipelineTasks({
      allocate: allocateHere,
      openCounts: async () => counts,
      openSession: sessionStarter(),
      openScratchFile: async (path) => {
        throw new TypeError(`no scratch file ${path}`);
      },
    }),
  );
}
