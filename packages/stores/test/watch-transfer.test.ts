import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryingFetch } from "../src/remote/retrying-fetch.js";
import { type Clock, watchTransfer } from "../src/remote/watch-transfer.js";

/** Time that passes when it is told to. */
function handClock() {
  let time = 0;
  const waiting = new Set<{ readonly at: number; readonly work: () => void }>();
  const clock: Clock = {
    now: () => time,
    after(milliseconds, work) {
      const one = { at: time + milliseconds, work };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
  };
  const due = (until: number) => [...waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    clock,
    waiting,
    pass(milliseconds: number) {
      const until = time + milliseconds;
      for (let next = due(until); next; next = due(until)) {
        waiting.delete(next);
        time = Math.max(time, next.at);
        next.work();
      }
      time = until;
    },
    /** The program was busy: time has passed, and timers come late. */
    block(milliseconds: number) {
      time += milliseconds;
      for (const one of [...waiting].filter(({ at }) => at <= time)) {
        waiting.delete(one);
        one.work();
      }
    },
  };
}

const LIMITS = { stallTimeout: 30_000, minBytesPerSecond: 1024 };

/** Watches a transfer whose events come by hand; `fault` is what ended it. */
function watch(limits = LIMITS) {
  const hand = handClock();
  let heard: (count?: number) => void = () => {};
  let end: () => void = () => {};
  const state: { fault?: string; isDone?: boolean } = {};
  const done = watchTransfer(limits, hand.clock, undefined, (signal, report) => {
    heard = report;
    return new Promise<void>((resolve, reject) => {
      end = resolve;
      signal.addEventListener("abort", () => reject(signal.reason));
      signal.addEventListener("abort", () => {
        state.fault = signal.reason.message;
      });
    });
  }).then(
    () => {
      state.isDone = true;
    },
    () => undefined,
  );
  return { ...hand, state, heard: (count?: number) => heard(count), end: () => end(), done };
}

describe("a transfer", () => {
  it("of a byte a second is given up after the stall timeout", () => {
    const { pass, heard, state } = watch();
    heard();
    for (let second = 0; second < 31 && !state.fault; second++) {
      pass(1000);
      heard(1);
    }
    expect(state.fault).toBe("only 30 bytes in 30000 ms, fewer than 30720");
  });

  it("whose header comes a bit at a time has one stall timeout for it", () => {
    const { pass, state } = watch();
    pass(29_000);
    expect(state.fault).toBeUndefined();
    pass(2000);
    expect(state.fault).toBe("no byte for 30000 ms");
  });

  it("that begins fast and then drips is given up in the next window", () => {
    const { pass, heard, state } = watch();
    heard();
    heard(10_000_000);
    let seconds = 0;
    for (; !state.fault && seconds < 200; seconds++) {
      pass(1000);
      heard(1);
    }
    expect(state.fault).toMatch(/^only \d+ bytes/);
    expect(seconds).toBeLessThanOrEqual(62);
  });

  it("above the least pace goes on however long it takes, and below it ends, whatever its pieces", () => {
    const gap = fc.integer({ min: 1, max: 15_000 });
    fc.assert(
      fc.property(fc.array(gap, { minLength: 50, maxLength: 80 }), (gaps) => {
        for (const [pace, isFast] of [
          [2.1, true],
          [0.4, false],
        ] as const) {
          const { pass, heard, state } = watch();
          heard();
          let total = 0;
          for (const milliseconds of gaps) {
            total += milliseconds;
            pass(milliseconds);
            heard(Math.ceil(pace * 1.024 * milliseconds));
          }
          if (isFast) expect(state.fault).toBeUndefined();
          else if (total > 61_000) expect(state.fault).toMatch(/^only /);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("is not blamed where the program itself was busy", () => {
    const { pass, block, heard, state } = watch();
    heard();
    block(120_000);
    expect(state.fault).toBeUndefined();
    heard(100);
    block(120_000);
    pass(29_000);
    expect(state.fault).toBeUndefined();
    pass(2000);
    expect(state.fault).toMatch(/^(no byte for|only 100 bytes in) 30000 ms/);
  });

  it("leaves no timer behind", async () => {
    const { heard, end, waiting, done, state } = watch();
    heard();
    heard(5);
    end();
    await done;
    expect(state).toEqual({ isDone: true });
    expect(waiting.size).toBe(0);
  });
});

it("a server that sends a byte a second is tried again, and then told of", async () => {
  const { clock, pass } = handClock();
  let attempts = 0;
  const fetch: typeof globalThis.fetch = async (_, init) => {
    attempts++;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (init?.signal?.aborted) return controller.error(init.signal.reason);
        // Passes in a turn of its own, as time does.
        await new Promise((resolve) => setImmediate(resolve));
        controller.enqueue(new Uint8Array(1));
        pass(1000);
      },
    });
    return new Response(body, { headers: { "content-length": "100000" } });
  };
  const slow = retryingFetch({ maxAttempts: 3 }, { fetch, clock, sleep: async () => undefined });
  const error = await slow({ url: "http://host.test/a", most: 2 ** 20 }).catch((thrown) => thrown);
  expect(error.message).toMatch(/only \d\d bytes in 30000 ms, fewer than 30720, at the last of 3 attempts/);
  expect(attempts).toBe(3);
});
