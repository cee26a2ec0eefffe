/** What is used of a page's Worker. */
export interface PageWorker {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listen: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "error", listen: (event: { readonly message?: string }) => void): void;
  addEventListener(type: "messageerror", listen: () => void): void;
  terminate(): void;
}

/** What is used of a worker's global scope. */
export interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listen: (event: { readonly data: unknown }) => void): void;
}

/** Tells a worker which lock to hold as long as it lives; answered once it does. */
interface LifeMessage {
  readonly kind: "hold-lock" | "lock-held";
  readonly lock: string;
}

/**
 * Calls `onDeath` when a worker fails, or is gone without a word, as one may be that takes too much memory: browsers have no event for
 * that. The worker holds a lock for as long as it lives, so whoever is granted the same lock knows that it is gone. No clock is looked at:
 * a page that sleeps takes nobody for dead. Where there are no locks (a page that is not a secure context), only what fails is told.
 *
 * @returns takes it back
 */
export function watchWorker(worker: PageWorker, onDeath: (found: string) => void): () => void {
  const ended = new AbortController();
  const tell = (found: string) => {
    if (!ended.signal.aborted) onDeath(found);
  };
  worker.addEventListener("error", ({ message }) =>
    tell(`a worker that failed (${message || "it did not start"})`),
  );
  worker.addEventListener("messageerror", () => tell("a message that could not be read"));
  const locks = locksHere();
  if (locks) {
    const lock = `flashdeconv-worker-${crypto.randomUUID()}`;
    worker.addEventListener("message", ({ data }) => {
      if (!isLifeMessage(data) || data.kind !== "lock-held" || data.lock !== lock) return;
      const granted = () => tell("a worker that ended without a word");
      locks.request(lock, { signal: ended.signal }, granted).catch(() => undefined);
    });
    worker.postMessage({ kind: "hold-lock", lock } satisfies LifeMessage, []);
  }
  return () => ended.abort();
}

/** Within a worker: holds the lock that it is told to. To be called before anything else is awaited. */
export function showLife(scope: WorkerScope): void {
  scope.addEventListener("message", ({ data }) => {
    if (!isLifeMessage(data) || data.kind !== "hold-lock") return;
    const { lock } = data;
    locksHere()?.request(lock, () => {
      scope.postMessage({ kind: "lock-held", lock } satisfies LifeMessage);
      return new Promise(() => {});
    });
  });
}

function isLifeMessage(data: unknown): data is LifeMessage {
  return typeof data === "object" && data !== null && "lock" in data && "kind" in data;
}

function locksHere(): LockManager | undefined {
  return (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
}
