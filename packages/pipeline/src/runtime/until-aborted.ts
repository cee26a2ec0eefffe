import { onAbort } from "@flashdeconv/core/internal";

/** The promise's outcome, or the signal's reason as soon as it is aborted, whatever the promise then comes to. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    promise.then(resolve, reject).finally(onAbort(signal, giveUp));
  });
}
