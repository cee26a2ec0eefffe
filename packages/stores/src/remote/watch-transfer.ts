import { numbered, onAbort } from "@flashdeconv/core/internal";
import { TransientFault } from "./read-body.js";

/** Time as a watch sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds from any beginning. */
  now(): number;
  /** Calls `work` after so many milliseconds, unless what it returns is called before. */
  after(milliseconds: number, work: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};

export interface TransferLimits {
  /** Milliseconds without a sign of life, and the length of the windows that bytes are counted over. */
  readonly stallTimeout: number;
  /** Least bytes a second, on average over a window. */
  readonly minBytesPerSecond: number;
}

/** A timer that is this late tells that the program was busy, and nothing of the server. */
const BUSY_SHARE = 0.25;
const BUSY_MILLISECONDS = 50;
/** What has come meanwhile is read before a timer's word is taken. */
const GRACE_MILLISECONDS = 5;

/**
 * Runs `work` under a signal that also fires where nothing was heard for the stall timeout, or where a body comes at less than the
 * least pace over a window of that length. `heard` is called with the header (no count) and with each piece of a body. Its fault may
 * be gone the next time.
 *
 * The header has one stall timeout in all: it is heard when it is whole.
 */
export async function watchTransfer<T>(
  { stallTimeout, minBytesPerSecond }: TransferLimits,
  clock: Clock,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, heard: (count?: number) => void) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const release = onAbort(signal, () => stop.abort(signal?.reason));
  const least = Math.floor((minBytesPerSecond * stallTimeout) / 1000);
  const round = Math.round(stallTimeout);
  let heardCount = 0;
  let byteCount = 0;
  let stopStall = () => {};
  let stopWindow = () => {};

  /** Calls `judge` after the stall timeout with what has happened since; again where the program itself was late. */
  const wait = (judge: () => boolean, fault: () => string, assign: (stop: () => void) => void): void => {
    const from = clock.now();
    assign(
      clock.after(stallTimeout, () => {
        const late = clock.now() - from - stallTimeout;
        if (late > BUSY_MILLISECONDS + BUSY_SHARE * stallTimeout) return wait(judge, fault, assign);
        assign(
          clock.after(GRACE_MILLISECONDS, () => {
            if (judge()) stop.abort(new TransientFault(fault()));
          }),
        );
      }),
    );
  };
  const watchSilence = () => {
    stopStall();
    const before = heardCount;
    const silent = () => heardCount === before;
    wait(
      silent,
      () => `no byte for ${round} ms`,
      (cancel) => {
        stopStall = cancel;
      },
    );
  };
  const watchPace = () => {
    stopWindow();
    byteCount = 0;
    const isSlow = () => {
      if (byteCount < least) return true;
      watchPace();
      return false;
    };
    wait(
      isSlow,
      () => `only ${numbered(byteCount, "byte")} in ${round} ms, fewer than ${least}`,
      (cancel) => {
        stopWindow = cancel;
      },
    );
  };

  watchSilence();
  try {
    return await work(stop.signal, (count) => {
      heardCount++;
      watchSilence();
      if (count === undefined) watchPace();
      else byteCount += count;
    });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    stopStall();
    stopWindow();
    release();
  }
}
