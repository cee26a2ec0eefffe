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
