import { type Files, REFERENCES, SECTIONS } from "./base-stores.js";
import { damageChunk } from "./damage-chunks.js";
import { damageMetadata } from "./damage-metadata.js";
import { damagedZip, zipOf } from "./damage-zip.js";
import { Random } from "./random.js";

/** A store with something wrong in it. */
export interface DamagedStore {
  /** The store that was damaged, by its name in SECTIONS or REFERENCES. */
  readonly base: string;
  readonly role: "section" | "reference";
  readonly damage: string;
  /** Files of a folder; or a zip. */
  readonly files?: Files;
  /** A link, or a folder where the target is undefined, in place of a file of the folder. */
  readonly link?: { readonly key: string; readonly target: string | undefined };
  readonly zip?: Uint8Array;
}

/** The damaged store that a seed names: one or two things wrong in a section or reference, in a folder or a zip. */
export function damageStore(seed: number): DamagedStore {
  const random = new Random(seed);
  const role = random.below(6) === 0 ? "reference" : "section";
  const bases = role === "section" ? SECTIONS : REFERENCES;
  const base = random.pick(Object.keys(bases));
  const files = bases[base]();
  if (random.below(6) === 0) {
    const [zip, damage] = damagedZip(files, random);
    return { base, role, damage: `zip: ${damage}`, zip };
  }
  if (random.below(20) === 0) {
    const key = random.pick([...files.keys()].sort());
    const name = key.slice(key.lastIndexOf("/") + 1);
    const target = random.pick([name, undefined, "..", "../no-such-file", "/dev/null"]);
    return {
      base,
      role,
      damage: `${key} is ${target ? `a link to ${target}` : "a folder"}`,
      files,
      link: { key, target },
    };
  }
  const damages: string[] = [];
  const count = random.below(5) === 0 ? 2 : 1;
  while (damages.length < count) {
    const done = random.below(2) === 0 ? damageMetadata(files, random) : damageChunk(files, random);
    if (done !== undefined) damages.push(done);
  }
  const damage = damages.join("; ");
  if (random.below(6) === 0)
    return { base, role, damage: `${damage}; zipped`, zip: zipOf(files, random.below(2) === 0) };
  return { base, role, damage, files };
}
