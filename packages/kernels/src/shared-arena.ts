import { isShared } from "@flashdeconv/core/internal";

/** Constructors of the arrays that an arena makes. */
export type ArenaArray = Int32Array | Float32Array | Float64Array;
export type ArenaArrayConstructor<A extends ArenaArray> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
};

/**
 * A WebAssembly memory that all threads see where the runtime has such, filled from front to back and emptied from the back, so that kernels
 * work on arrays where they lie. It travels to another thread as `memory`; `openArena` makes an arena of it again there.
 */
export interface SharedArena {
  readonly memory: WebAssembly.Memory;
  /** An array of zeros; undefined where the memory cannot grow so far. Any thread may call it. */
  allocate<A extends ArenaArray>(Type: ArenaArrayConstructor<A>, length: number): A | undefined;
  /** How far the memory is filled, for `rewind`. */
  mark(): number;
  /** Forgets all arrays made since the mark was taken: what is allocated next lies where they did. Nobody may be using them. */
  rewind(mark: number): void;
  /** Where an array begins in the memory; undefined if it does not lie there. */
  addressOf(array: ArenaArray): number | undefined;
}

const PAGE_BYTES = 65_536;
/** 4 GiB, all that 32-bit addresses reach. Address space is set aside for it, memory is not. */
const MAX_PAGES = 65_536;
/** Arrays begin at multiples of this: no two threads write to one line of a processor's cache. */
const LINE_BYTES = 64;

// The first line tells the memory from any other; of the second, how far the memory is filled, in lines.
const TOKEN_WORDS = 4;
const FILLED_AT = 16;
const FIRST_LINE = 2;

/**
 * An empty arena.
 *
 * @param ownBytes where the runtime shares no WebAssembly memory between threads, as in a page that is not cross-origin
 * isolated: room for so many bytes that only the calling thread sees. It cannot grow, since that would take the arrays away that
 * lie in it; memory is taken up only as it is filled.
 * @throws where the runtime has no such memory, or cannot set aside the address space.
 */
export function createArena(ownBytes?: number): SharedArena {
  const memory = sharedMemory() ?? (ownBytes === undefined ? undefined : ownMemory(ownBytes));
  if (!memory) throw new TypeError("no shared WebAssembly memory");
  const header = new Int32Array(memory.buffer, 0, 2 * (LINE_BYTES / 4));
  const token = crypto.getRandomValues(new Int32Array(TOKEN_WORDS));
  header.set(token);
  header[FILLED_AT] = FIRST_LINE;
  return openArena(memory);
}

function sharedMemory(): WebAssembly.Memory | undefined {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
    // A runtime that knows no shared memory ignores the word.
    return isShared(memory.buffer) ? memory : undefined;
  } catch {
    return undefined;
  }
}

function ownMemory(byteLength: number): WebAssembly.Memory {
  const initial = Math.min(MAX_PAGES, Math.ceil(byteLength / PAGE_BYTES) + 1);
  // Kernels take a memory of any size up to their own greatest one.
  return new WebAssembly.Memory({ initial, maximum: MAX_PAGES });
}

/** The arena that a memory made by `createArena` is, in whatever thread. */
export function openArena(memory: WebAssembly.Memory): SharedArena {
  const header = new Int32Array(memory.buffer, 0, 2 * (LINE_BYTES / 4));
  let buffer = memory.buffer as ArrayBufferLike;
  let known: ArrayBufferLike = buffer;

  /** A message makes new objects of the memory's buffer: they are told by what they hold. */
  function isOwn(other: ArrayBufferLike): boolean {
    if (other === known) return true;
    if (!isShared(other) || other.byteLength < 2 * LINE_BYTES) return false;
    const words = new Int32Array(other, 0, TOKEN_WORDS);
    for (let i = 0; i < TOKEN_WORDS; i++) if (words[i] !== header[i]) return false;
    known = other;
    return true;
  }

  return {
    memory,
    allocate(Type, length) {
      const lineCount = Math.ceil((length * Type.BYTES_PER_ELEMENT) / LINE_BYTES);
      const mostPages = isShared(memory.buffer) ? MAX_PAGES : memory.buffer.byteLength / PAGE_BYTES;
      const pagesLeft = () =>
        mostPages - Math.ceil((Atomics.load(header, FILLED_AT) * LINE_BYTES) / PAGE_BYTES);
      if (lineCount * LINE_BYTES > pagesLeft() * PAGE_BYTES) return undefined;
      const start = Atomics.add(header, FILLED_AT, lineCount);
      const end = start + lineCount;
      const missing = Math.ceil((end * LINE_BYTES - memory.buffer.byteLength) / PAGE_BYTES);
      if (missing > 0) {
        try {
          memory.grow(missing);
        } catch {
          return undefined;
        }
      }
      if (buffer.byteLength < end * LINE_BYTES) buffer = memory.buffer;
      return new Type(buffer, start * LINE_BYTES, length);
    },
    mark: () => Atomics.load(header, FILLED_AT),
    rewind(mark) {
      const filled = Atomics.load(header, FILLED_AT) * LINE_BYTES;
      const end = Math.min(filled, memory.buffer.byteLength);
      new Uint8Array(memory.buffer, mark * LINE_BYTES, end - mark * LINE_BYTES).fill(0);
      Atomics.store(header, FILLED_AT, mark);
    },
    addressOf: (array) => (isOwn(array.buffer) ? array.byteOffset : undefined),
  };
}
