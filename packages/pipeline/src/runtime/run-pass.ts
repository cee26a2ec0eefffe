import type { SpotRange } from "@flashdeconv/core";
import { ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import type { Piece } from "../contracts/checkpoint.js";
import type { RunContext, StageName } from "../contracts/run-context.js";
import type { RunMark } from "../contracts/run-mark.js";
import type { PassReport, PipelineTasks } from "../contracts/tasks.js";
import { isStop, jobPiece, keepJob, RunStopped } from "./run-stop.js";
import { coversAll, cutRange } from "./spot-ranges.js";

/** Ranges per thread: enough that none idles long at the end, few since a stored chunk on a border is read twice. */
const RANGES_PER_THREAD = 3;
/** Where pieces are kept a range is no larger: it is lost as a whole. Some seconds for a thread. */
export const MOST_KEPT_SPOTS = 64 * ORDERED_SUM_BLOCK;

/** What a task gives. */
type Part<N extends keyof PipelineTasks> = Awaited<ReturnType<PipelineTasks[N]>>;

export interface PassSettings<N extends keyof PipelineTasks> {
  readonly task: N;
  /** Begins the names of the pieces that are kept; the task's name by default. */
  readonly keptAs?: string;
  /** Given where the pass may be left to others. */
  readonly mark?: RunMark;
  readonly stage: StageName;
  readonly spotCount: number;
  /** Spots of a range that the task tells of; by default all. */
  countOf?(range: SpotRange): number;
  /** Spots that the stage had done before this pass. */
  readonly before?: number;
  /** The section lies behind a network: a stored chunk on a border of ranges, which is read twice, costs more than idling. */
  readonly isFar: boolean;
  inputFor(range: SpotRange): Parameters<PipelineTasks[N]>[0] | Promise<Parameters<PipelineTasks[N]>[0]>;
  /** Called with the parts in the order of the spots. */
  onPart?(part: Part<N>, range: SpotRange): void;
  /** What is kept of a range that is done. */
  pack(part: Part<N>, range: SpotRange): Piece | Promise<Piece>;
  /** Takes in again what was kept; undefined if it does not hold any more. */
  unpack(piece: Piece, range: SpotRange): Promise<{ readonly part: Part<N> } | undefined>;
}

/**
 * Shares one pass over all spots among the executor's threads, but for what is kept already. The first failure stops the others.
 *
 * @throws RunStopped where the pass is left to others, and not all of it is there
 */
export async function runPass<N extends keyof PipelineTasks>(
  settings: PassSettings<N>,
  run: RunContext,
): Promise<void> {
  const { executor, signal, checkpoint, notices, report } = run;
  const { task, stage, spotCount, isFar, inputFor, onPart, before = 0, countOf = lengthOf } = settings;
  await leavePass(settings, run);
  const kept = await loadKept(settings, run);
  // Some may have been found damaged. What is there and does not fit together is left to this run.
  if (isLeft(settings, run) && !isAllThere(settings, run)) throw new RunStopped(settings.mark, true);
  const most = checkpoint ? MOST_KEPT_SPOTS : Number.POSITIVE_INFINITY;
  const ranges = passRanges(spotCount, executor.concurrency, { isFar, most }, kept);
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const doneInRange = new Float64Array(ranges.length);
  const total = before + countOf({ start: 0, end: spotCount });
  let done = before;
  for (const { range } of kept) done += countOf(range);
  report({ stage, done, total });

  const jobs = ranges.map(async (range, i) => {
    const known = kept.find((one) => one.range.start === range.start);
    if (known) return known.part;
    const onReport = (data: unknown) => {
      const told = data as PassReport;
      if (told.kind === "notice") return notices.add(told.notice);
      done += told.spotsDone - doneInRange[i];
      doneInRange[i] = told.spotsDone;
      report({ stage, done, total });
    };
    const part = await executor.run(task, await inputFor(range), { signal: signals, onReport });
    checkpoint?.offer(pieceName(settings, range), () => settings.pack(part, range));
    checkpoint?.throwIfFailed();
    return part;
  });
  // Parts are taken in order; one that fails before its turn is not a stray rejection.
  for (const job of jobs) job.catch(() => undefined);
  const waiting: Promise<unknown>[] = jobs;
  try {
    for (const [i, job] of jobs.entries()) {
      onPart?.(await job, ranges[i]);
      // What a part was merged into is enough: all parts of a large section are more than the rest of it.
      waiting[i] = Promise.resolve();
    }
  } catch (error) {
    stop.abort();
    // No task may still be reading the section, or writing shared memory, once this has thrown.
    await Promise.allSettled(jobs);
    signal?.throwIfAborted();
    throw error;
  }
}

type Left = { readonly mark: RunMark };

function isLeft<S extends { readonly mark?: RunMark }>(settings: S, run: RunContext): settings is S & Left {
  return settings.mark !== undefined && run.stopAt !== undefined;
}

/** Of an input what each process that does ranges of a pass knows by itself. */
const OWN_INPUT: ReadonlySet<string> = new Set([
  ...["location", "range", "start", "statistics", "librarySizes", "sums", "keep", "kept"],
]);

/** Keeps what the pass takes for others, and stops the run where these have more to do, or it was to come no farther. */
async function leavePass<N extends keyof PipelineTasks>(
  settings: PassSettings<N>,
  run: RunContext,
): Promise<void> {
  if (!isLeft(settings, run)) return;
  const { mark, task, keptAs = task, spotCount, inputFor } = settings;
  await keepJob(
    mark,
    async () => {
      const input = Object.entries(await inputFor({ start: 0, end: 0 }));
      const shared = Object.fromEntries(input.filter(([name]) => !OWN_INPUT.has(name)));
      return { task, keptAs, spotCount, input: shared };
    },
    run,
  );
  const isWaiting = !isAllThere(settings, run);
  if (isWaiting || isStop(mark, run)) throw new RunStopped(mark, isWaiting);
}

/** Whether others have done all of a pass that was left to them, so that it will not be done here: what is damaged stops this run. */
export async function isPassDone(
  mark: RunMark & keyof PipelineTasks,
  spotCount: number,
  run: RunContext,
): Promise<boolean> {
  const { checkpoint, stopAt } = run;
  if (!checkpoint || stopAt === undefined || !isAllThere({ task: mark, spotCount }, run)) return false;
  return (await checkpoint.load(jobPiece(mark))) !== undefined;
}

/** Whether there are pieces of all ranges, by their names. */
function isAllThere(
  { spotCount, ...naming }: PieceNaming & { readonly spotCount: number },
  { checkpoint }: RunContext,
): boolean {
  return coversAll(rangesIn(checkpoint?.names() ?? [], naming), spotCount);
}

/** The ranges of a pass among the names of pieces. */
export function rangesIn(names: readonly string[], naming: PieceNaming): SpotRange[] {
  return names.flatMap((name) => rangeOf(naming, name) ?? []);
}

function lengthOf({ start, end }: SpotRange): number {
  return end - start;
}

interface KeptPart<N extends keyof PipelineTasks> {
  readonly range: SpotRange;
  readonly part: Part<N>;
}

/** The ranges that an earlier run had done, in order. */
async function loadKept<N extends keyof PipelineTasks>(
  { unpack, ...settings }: PassSettings<N>,
  { checkpoint, signal, notices }: RunContext,
): Promise<KeptPart<N>[]> {
  const kept: KeptPart<N>[] = [];
  for (const name of checkpoint?.names() ?? []) {
    const range = rangeOf(settings, name);
    if (!range) continue;
    signal?.throwIfAborted();
    const piece = await checkpoint?.load(name);
    const found = piece && (await unpack(piece, range));
    if (!found) continue;
    kept.push({ range, part: found.part });
    for (const notice of piece.notices ?? []) notices.add(notice);
  }
  kept.sort((a, b) => a.range.start - b.range.start);
  let end = 0;
  return kept.filter(({ range }) => {
    if (range.start < end) return false;
    end = range.end;
    return true;
  });
}

/** What the names of a pass's pieces are made of. */
export type PieceNaming = Pick<PassSettings<keyof PipelineTasks>, "task" | "keptAs">;

export function pieceName({ task, keptAs = task }: PieceNaming, { start, end }: SpotRange): string {
  return `${keptAs}/${start}-${end}`;
}

function rangeOf({ task, keptAs = task }: PieceNaming, name: string): SpotRange | undefined {
  const [, of, start, end] = /^(\w+)\/(\d+)-(\d+)$/.exec(name) ?? [];
  return of === keptAs ? { start: Number(start), end: Number(end) } : undefined;
}

/**
 * Ranges of a power of two of whole blocks of ordered sums, so that each comes back as few subtrees; of a section that is
 * far, one for each thread, all about as long. None is longer than `most`; where some ranges are kept, those and what is left
 * between them.
 */
export function passRanges(
  spotCount: number,
  concurrency: number,
  {
    isFar = false,
    most = Number.POSITIVE_INFINITY,
  }: { readonly isFar?: boolean; readonly most?: number } = {},
  kept: readonly { readonly range: SpotRange }[] = [],
): SpotRange[] {
  const blockCount = Math.ceil(spotCount / ORDERED_SUM_BLOCK);
  const mostBlocks = Math.floor(most / ORDERED_SUM_BLOCK);
  let blocks = 1;
  if (isFar || concurrency === 1) blocks = Math.ceil(blockCount / concurrency);
  else while (Math.ceil(blockCount / (2 * blocks)) >= RANGES_PER_THREAD * concurrency) blocks *= 2;
  const size = ORDERED_SUM_BLOCK * Math.min(blocks, mostBlocks);
  const ranges: SpotRange[] = [];
  const cut = (start: number, end: number) => ranges.push(...cutRange({ start, end }, size));
  let from = 0;
  for (const { range } of kept) {
    cut(from, range.start);
    ranges.push(range);
    from = range.end;
  }
  cut(from, spotCount);
  return ranges;
}
