import type { Checkpoint } from "../contracts/checkpoint.js";
import type { ScratchUse } from "../contracts/scratch.js";

/** Begins the names of pieces that are worth nothing by themselves; it stays in front. */
const NOTE = "note/";

/** A part of a checkpoint, for pieces of one section: their names begin with the section's. */
export function checkpointOf(checkpoint: Checkpoint, section: string): Checkpoint {
  const inside = `${section}/`;
  const outer = (name: string) =>
    name.startsWith(NOTE) ? NOTE + inside + name.slice(NOTE.length) : inside + name;
  return {
    get isDue() {
      return checkpoint.isDue;
    },
    get everySeconds() {
      return checkpoint.everySeconds;
    },
    names: () =>
      checkpoint.names().flatMap((name) => (name.startsWith(inside) ? [name.slice(inside.length)] : [])),
    load: (name, allocate) => checkpoint.load(outer(name), allocate),
    offer: (name, make) => checkpoint.offer(outer(name), make),
    withdraw: (beginning) => checkpoint.withdraw(inside + beginning),
    throwIfFailed: () => checkpoint.throwIfFailed(),
    save: (name, make) => checkpoint.save(outer(name), make),
    settle: () => checkpoint.settle(),
    checksum: (bytes, before) => checkpoint.checksum(bytes, before),
  };
}

/** Pieces that are looked at by a process that keeps none there. */
export function readOnly({ names, load }: Pick<Checkpoint, "names" | "load">): Checkpoint {
  return {
    ...{ isDue: false, everySeconds: Number.POSITIVE_INFINITY, names, load },
    offer() {},
    withdraw() {},
    throwIfFailed() {},
    async save() {},
    async settle() {},
    checksum() {
      throw new TypeError("nothing is kept here");
    },
  };
}

/** A checkpoint that knows the pieces of another one where it has none of its own. */
export function checkpointOver(
  own: Checkpoint,
  { names, load }: Pick<Checkpoint, "names" | "load">,
): Checkpoint {
  return {
    get isDue() {
      return own.isDue;
    },
    everySeconds: own.everySeconds,
    names: () => [...new Set([...own.names(), ...names()])],
    load: async (name, allocate) => (await own.load(name, allocate)) ?? load(name, allocate),
    offer: (name, make) => own.offer(name, make),
    withdraw: (beginning) => own.withdraw(beginning),
    throwIfFailed: () => own.throwIfFailed(),
    save: (name, make) => own.save(name, make),
    settle: () => own.settle(),
    checksum: (bytes, before) => own.checksum(bytes, before),
  };
}

/** What the pieces and files of a section are called, by its place among the sections. */
export function sectionView(section: number): string {
  return `section-${section + 1}`;
}

/** A part of the scratch, for the files of one section. */
export function scratchOf({ scratch, windowBytes }: ScratchUse, section: string): ScratchUse {
  return {
    windowBytes,
    scratch: {
      create: (name) => scratch.create(`${section}-${name}`),
      find: (path) => scratch.find(path),
    },
  };
}
