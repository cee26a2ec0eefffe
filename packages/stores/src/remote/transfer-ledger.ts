/** What was asked of servers so far. */
export interface TransferCounts {
  /** Requests sent, repeated ones included. */
  readonly requests: number;
  /** Of these, the repeated ones. */
  readonly retries: number;
  /** Bytes of bodies received, those of attempts that failed included. */
  readonly bytesReceived: number;
  /** Bytes that a cache on the disk held, so that they were not asked for. */
  readonly bytesFromCache: number;
}

/**
 * What all who read a store know together: counts, and which version of each object was met first. It lies in one buffer,
 * which threads share where it is a SharedArrayBuffer, so that no thread reads another version than another one did.
 */
export interface TransferLedger {
  readonly buffer: ArrayBufferLike;
  add(count: keyof TransferCounts, amount: number): void;
  counts(): TransferCounts;
  /** Notes `value` for `key` if there is none yet; tells whether the one that is kept is this one. */
  agrees(key: string, value: string): boolean;
  /** Whether exactly this value is kept for `key`. */
  holds(key: string, value: string): boolean;
  /** Takes over the versions that an earlier ledger's buffer holds; tells whether none of them is another one than is kept here. */
  takeOver(earlier: ArrayBufferLike): boolean;
}

const COUNTS: readonly (keyof TransferCounts)[] = ["requests", "retries", "bytesReceived", "bytesFromCache"];
const HEAD = COUNTS.length;
/** Objects that are remembered in the buffer: 4 MiB. Those beyond are remembered by each thread alone. */
const ENTRIES = 2 ** 18;
/** Places looked at for a key before it is taken for one too many. */
const PROBES = 64;

/** Bytes of a ledger's buffer; all of it 0 at first. */
export const LEDGER_BYTES = 8 * (HEAD + 2 * ENTRIES);

/** The ledger in a buffer of LEDGER_BYTES, or a new one of its own. */
export function transferLedger(buffer: ArrayBufferLike = new ArrayBuffer(LEDGER_BYTES)): TransferLedger {
  const words = new BigInt64Array(buffer);
  const beyond = new Map<bigint, bigint>();

  /** The value kept for a key; where there is none `value` is put there first, unless it is 0. */
  const keep = (key: bigint, value: bigint): bigint => {
    for (let probe = 0; probe < PROBES; probe++) {
      const place = Number(BigInt.asUintN(32, key) + BigInt(probe)) % ENTRIES;
      const at = HEAD + 2 * place;
      let found = Atomics.load(words, at);
      if (found === 0n) {
        if (value === 0n) return 0n;
        found = Atomics.compareExchange(words, at, 0n, key) || key;
      }
      if (found !== key) continue;
      if (value === 0n) return Atomics.load(words, at + 1);
      return Atomics.compareExchange(words, at + 1, 0n, value) || value;
    }
    const known = beyond.get(key) ?? value;
    if (known !== 0n) beyond.set(key, known);
    return known;
  };

  return {
    buffer,
    add: (count, amount) => {
      Atomics.add(words, COUNTS.indexOf(count), BigInt(amount));
    },
    counts: () =>
      Object.fromEntries(
        COUNTS.map((count, i) => [count, Number(Atomics.load(words, i))]),
      ) as unknown as TransferCounts,
    agrees(key, value) {
      const wanted = hash(value);
      return keep(hash(key), wanted) === wanted;
    },
    holds: (key, value) => keep(hash(key), 0n) === hash(value),
    takeOver(earlier) {
      const before = new BigInt64Array(earlier);
      let isSame = true;
      for (let at = HEAD; at < before.length; at += 2) {
        const [key, value] = [before[at], before[at + 1]];
        if (key !== 0n && value !== 0n && keep(key, value) !== value) isSame = false;
      }
      return isSame;
    },
  };
}

/** Two passes of FNV-1a with 32 bits (public domain, Fowler, Noll and Vo), side by side; never 0. */
function hash(text: string): bigint {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + i), 0x85ebca6b);
    high ^= high >>> 13;
  }
  return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) || 1n;
}
