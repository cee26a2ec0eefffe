import type { Executor, SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { DeconvolveCallbacks } from "./deconvolve-options.js";
import type { SpatialInput } from "./inputs.js";
import type { NoticeList } from "./notice-list.js";
import type { PassTasks, SessionRequest } from "./pass-tasks.js";
import { runPass } from "./run-pass.js";
import type { RowForm } from "./solver-rows.js";

export interface SpotSummary {
  /** N x statWidth. */
  readonly statistics: StatArray;
  /** N counts over the selected genes. */
  readonly librarySizes: Float64Array;
}

export interface SummaryRequest {
  /** Columns of the selected genes in the spatial data. */
  readonly columns: Int32Array;
  readonly form: RowForm;
  readonly session: SessionRequest;
  readonly statWidth: number;
}

/** The second pass over the section: reduces every spot to the few numbers the solver keeps of it. */
export async function summarizeSpots(
  executor: Executor<PassTasks>,
  spatial: SpatialInput,
  { columns, form, session, statWidth }: SummaryRequest,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<SpotSummary> {
  const { spotCount } = spatial.counts;
  const isShared = executor.concurrency > 1;
  const librarySizes = new Float64Array(buffer(8 * spotCount, isShared));
  const itemCount = spotCount * statWidth;
  const statistics =
    form.precision === "float32"
      ? new Float32Array(buffer(4 * itemCount, isShared))
      : new Float64Array(buffer(8 * itemCount, isShared));
  const { location } = spatial;
  const settings = {
    executor,
    task: "summarize" as const,
    stage: "statistics" as const,
    spotCount,
    inputFor: (range: SpotRange) => ({ location, range, columns, form, session, statistics, librarySizes }),
  };
  await runPass(settings, callbacks, notices);
  return { statistics, librarySizes };
}

/** Memory that all threads see, where there are several. */
function buffer(byteLength: number, isShared: boolean): ArrayBufferLike {
  return isShared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
}
