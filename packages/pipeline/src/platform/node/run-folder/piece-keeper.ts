import { crc32 } from "node:zlib";
import type { Allocate } from "@flashdeconv/core/internal";
import type { Checkpoint, Piece, PieceMaker } from "../../../contracts/checkpoint.js";
import type { Manifest, PieceEntry } from "./manifest.js";
import { readPiece, writePiece } from "./piece-file.js";
import type { RunPlace } from "./run-place.js";

export interface PieceKeeper extends Checkpoint {
  /** Notes at once that something is about to happen; nothing else is written for it. */
  note(name: string): Promise<void>;
  /**
   * Ends writing within a moment, and closes the manifest. What is under way may end in it, and what is waiting is written if pieces
   * have been kept before or are due. Never rejects.
   */
  close(): Promise<void>;
}

export interface PartReader {
  readonly names: readonly string[];
  read(name: string, allocate?: Allocate): Promise<Piece | undefined>;
}

export interface PieceKeeperOptions {
  /** Where the pieces lie. */
  readonly place: RunPlace;
  readonly manifest: Manifest;
  /** Pieces of an earlier run. */
  readonly entries: ReadonlyMap<string, PieceEntry>;
  /** Those that other processes have made, and how they are read. */
  readonly parts?: PartReader;
  readonly everySeconds: number;
  /** Rejects where the folder has become another run's. */
  readonly mayWrite: () => Promise<void>;
}

/** Least time between two looks whether the last write is over, where pieces may be written at any time. */
const LEAST_WAIT_MILLISECONDS = 5;

/** A run that is interrupted is to be gone within a second. */
const GRACE_MILLISECONDS = 400;

/** Writes pieces one after the other, beside the work, each into a file of its own, and notes them in the manifest. */
export function pieceKeeper(options: PieceKeeperOptions): PieceKeeper {
  const { place, manifest, everySeconds, mayWrite } = options;
  const entries = new Map(options.entries);
  const parts = new Set(options.parts?.names);
  const pending = new Map<string, PieceMaker>();
  let fileCount =
    1 + Math.max(0, ...[...entries.values()].map(({ file }) => Number.parseInt(file ?? "0", 10)));
  let lastSave = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let underWay = 0;
  let closedAt = Number.POSITIVE_INFINITY;
  let failure: { readonly error: unknown } | undefined;
  /** Ends when everything asked for so far has; never rejects. */
  let tail: Promise<void> = Promise.resolve();

  const check = () => {
    if (performance.now() > closedAt + GRACE_MILLISECONDS) throw new Error("the run has ended");
  };
  const waited = () => performance.now() - lastSave;
  const isDue = () => underWay === 0 && waited() >= 1000 * everySeconds;

  function enqueue<T>(job: () => Promise<T>): Promise<T> {
    underWay++;
    const run = tail.then(async () => {
      if (failure) throw failure.error;
      return job();
    });
    tail = run.then(
      () => undefined,
      (error) => {
        failure ??= { error };
      },
    );
    tail = tail.then(() => {
      underWay--;
    });
    return run;
  }

  /** Brings a piece to its file; what comes back makes it last. */
  async function stage(piece: string, make: PieceMaker): Promise<() => Promise<void>> {
    check();
    await mayWrite();
    const { facts, arrays } = await make();
    if (Object.keys(arrays).length === 0) return () => enter({ piece, facts });
    const file = `${fileCount++}.piece`;
    const size = Object.values(arrays).reduce((sum, array) => sum + array.byteLength, 0);
    const refuse = async (error: unknown): Promise<never> => {
      throw await place.toError(error, size);
    };
    const draft = await place.draft(file).catch(refuse);
    const { bytes, checksum, finish } = await writePiece(draft, { facts, arrays }, { check }).catch(refuse);
    return async () => {
      await finish(closedAt < Number.POSITIVE_INFINITY).catch(refuse);
      await enter({ piece, file, bytes, checksum });
    };
  }

  async function enter(entry: PieceEntry): Promise<void> {
    check();
    await mayWrite();
    const before = entries.get(entry.piece);
    await manifest.add(entry).catch(async (error) => {
      throw await place.toError(error);
    });
    entries.set(entry.piece, entry);
    if (before?.file) await place.remove(before.file);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = [...pending];
    pending.clear();
    lastSave = performance.now();
    if (batch.length === 0) return;
    const written = enqueue(async () => {
      for (const [name, make] of batch) await (await stage(name, make))();
    });
    // Told by `throwIfFailed`.
    written.catch(() => undefined);
  }

  function flushWhenDue(): void {
    if (isDue()) {
      flush();
      return;
    }
    if (timer !== undefined || closedAt < Number.POSITIVE_INFINITY) return;
    const wait = Math.max(LEAST_WAIT_MILLISECONDS, 1000 * everySeconds - waited());
    timer = setTimeout(() => {
      timer = undefined;
      if (pending.size > 0) flushWhenDue();
    }, wait);
    timer.unref();
  }

  return {
    get isDue() {
      return isDue();
    },
    everySeconds,
    names: () => [...new Set([...entries.keys(), ...parts])],
    async load(name, allocate) {
      const entry = entries.get(name);
      if (!entry) {
        const part = parts.has(name) ? await options.parts?.read(name, allocate) : undefined;
        if (!part) parts.delete(name);
        return part;
      }
      const { file, bytes, checksum, facts } = entry;
      if (file === undefined || bytes === undefined || checksum === undefined) return { facts, arrays: {} };
      const piece = await readPiece(await place.open(file), { bytes, checksum }, allocate);
      if (!piece) entries.delete(name);
      return piece;
    },
    offer(name, make) {
      pending.set(name, make);
      flushWhenDue();
    },
    withdraw(beginning) {
      for (const name of [...pending.keys()]) if (name.startsWith(beginning)) pending.delete(name);
    },
    throwIfFailed() {
      if (failure) throw failure.error;
    },
    async save(name, make) {
      pending.delete(name);
      flush();
      const finish = await enqueue(() => stage(name, make));
      enqueue(finish).catch(() => undefined);
    },
    async settle() {
      await tail;
      if (failure) throw failure.error;
    },
    note: (name) => enqueue(() => enter({ piece: name, facts: true })),
    checksum: (bytes, before = 0) => crc32(bytes, before),
    async close() {
      closedAt = performance.now();
      clearTimeout(timer);
      const stopping = setTimeout(() => place.stopWriting(), GRACE_MILLISECONDS);
      await tail;
      if (entries.size > 0 || isDue()) flush();
      await tail;
      clearTimeout(stopping);
      await manifest.close().catch(() => undefined);
    },
  };
}
