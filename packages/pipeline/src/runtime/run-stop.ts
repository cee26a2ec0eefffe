import type { RunContext } from "../contracts/run-context.js";
import { RUN_MARKS, type RunMark } from "../contracts/run-mark.js";
import { packPlain } from "./plain-piece.js";

/** What a run rejects with that was to come to a mark and no farther, or found a pass before it that others have not finished. */
export class RunStopped extends Error {
  constructor(
    readonly at: RunMark,
    /** Whether parts of the pass at the mark are not there. */
    readonly isWaiting: boolean,
  ) {
    super(isWaiting ? `parts of the pass "${at}" are not there` : `the run has come to "${at}"`);
    this.name = "RunStopped";
  }
}

/** The piece with what the pass at a mark takes: when it is there, so is all that comes before. */
export function jobPiece(mark: RunMark): string {
  return `job/${mark}`;
}

type Stopping = Pick<RunContext, "checkpoint" | "stopAt">;

/** Whether a run is to stop at a mark at the latest. */
export function isStop(mark: RunMark, { stopAt }: Stopping): boolean {
  return stopAt !== undefined && RUN_MARKS.indexOf(mark) >= RUN_MARKS.indexOf(stopAt);
}

/** Keeps a job, with all that was offered before it. */
export async function keepJob(mark: RunMark, jobOf: () => unknown, { checkpoint }: Stopping): Promise<void> {
  if (!checkpoint) throw new TypeError("a run that is to stop needs a checkpoint");
  const name = jobPiece(mark);
  if ((await checkpoint.load(name)) === undefined) {
    const job = packPlain(await jobOf());
    await checkpoint.save(name, () => job);
  }
  await checkpoint.settle();
}

/** Stops a run that has come as far as it was to. Does nothing for others. */
export async function stopHere(mark: RunMark, run: Stopping): Promise<void> {
  if (!isStop(mark, run)) return;
  await keepJob(mark, () => null, run);
  throw new RunStopped(mark, false);
}
