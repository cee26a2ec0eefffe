/**
 * Calls `act` once `signal` is aborted; returns what takes that back. Each caller listens to a signal of its own, which follows the
 * given one: Node takes more than ten listeners of one signal for a leak, and says so on standard error. An aborted signal calls nothing.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (!signal) return () => {};
  const own = AbortSignal.any([signal]);
  own.addEventListener("abort", act, { once: true });
  return () => own.removeEventListener("abort", act);
}
