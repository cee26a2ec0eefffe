import { type Executor, ORDERED_SUM_BLOCK, type SpotRange } from "@flashdeconv/core";
import type { DeconvolveCallbacks, StageName } from "./deconvolve-options.js";
import type { NoticeList } from "./notice-list.js";
import type { PassReport, PipelineTasks } from "./pipeline-tasks.js";

/** Ranges per thread: enough that none idles long at the end, few since a stored chunk on a border is read twice. */
const RANGES_PER_THREAD = 3;

export interface PassSettings<N extends keyof PipelineTasks> {
  readonly executor: Executor<PipelineTasks>;
  readonly task: N;
  readonly stage: StageName;
  readonly spotCount: number;
  /** The section lies behind a network: a stored chunk on a border of ranges, which is read twice, costs more than idling. */
  readonly isFar: boolean;
  inputFor(range: SpotRange): Parameters<PipelineTasks[N]>[0];
  /** Called with the parts in the order of the spots. */
  onPart?(part: Awaited<ReturnType<PipelineTasks[N]>>): void;
}

/** Shares one pass over all spots among the executor's threads. The first failure stops the others. */
export async function runPass<N extends keyof PipelineTasks>(
  { executor, task, stage, spotCount, isFar, inputFor, onPart }: PassSettings<N>,
  { signal, onProgress }: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<void> {
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const ranges = passRanges(spotCount, executor.concurrency, isFar);
  onProgress?.({ stage, done: 0, total: spotCount });
  const doneInRange = new Float64Array(ranges.length);
  let done = 0;

  const jobs = ranges.map((range, i) => {
    const onReport = (data: unknown) => {
      const report = data as PassReport;
      if (report.kind === "notice") return notices.add(report.notice);
      done += report.spotsDone - doneInRange[i];
      doneInRange[i] = report.spotsDone;
      onProgress?.({ stage, done, total: spotCount });
    };
    return executor.run(task, inputFor(range), { signal: signals, onReport });
  });
  // Parts are taken in order; one that fails before its turn is no stray rejection.
  for (const job of jobs) job.catch(() => undefined);
  try {
    for (const job of jobs) {
      const part = await job;
      onPart?.(part);
    }
  } catch (error) {
    stop.abort();
    // No task may still be reading the section, or writing shared memory, once this has thrown.
    await Promise.allSettled(jobs);
    signal?.throwIfAborted();
    throw error;
  }
}

/**
 * Ranges of a power of two of whole blocks of ordered sums, so that each comes back as few subtrees; of a section that is
 * far, one for each thread, all about as long.
 */
function passRanges(spotCount: number, concurrency: number, isFar: boolean): SpotRange[] {
  if (concurrency === 1) return [{ start: 0, end: spotCount }];
  let size = ORDERED_SUM_BLOCK;
  if (isFar) size *= Math.ceil(spotCount / ORDERED_SUM_BLOCK / concurrency);
  else while (Math.ceil(spotCount / (2 * size)) >= RANGES_PER_THREAD * concurrency) size *= 2;
  const ranges: SpotRange[] = [];
  for (let start = 0; start < spotCount; start += size) {
    ranges.push({ start, end: Math.min(start + size, spotCount) });
  }
  return ranges;
}
