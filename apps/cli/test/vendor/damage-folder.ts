import { gunzipSync, gzipSync } from "node:zlib";
import { Random } from "../damaged/random.js";
import { type BaseFolder, FOLDERS } from "./base-folders.js";
import type { Files } from "./write-tenx.js";

/** A vendor's folder with something wrong in it. */
export interface DamagedFolder extends Omit<BaseFolder, "files"> {
  readonly base: string;
  readonly damage: string;
  readonly files: Files;
  /** How it must end, where what is wrong says so. */
  readonly expected?: "refused" | "same";
}

type Damage = readonly [damage: string, expected?: DamagedFolder["expected"]];

/** The damaged folder that a seed names. */
export async function damageFolder(seed: number): Promise<DamagedFolder> {
  const random = new Random(seed);
  const base = random.pick(Object.keys(FOLDERS));
  const { files: make, ...folder } = FOLDERS[base];
  if (random.below(4) === 0) {
    const [damage, expected, changes] = changeContent(folder.role, base, random);
    return { ...folder, base, damage, expected, files: await make(changes) };
  }
  const files = await make();
  const name = random.pick([...files.keys()].sort());
  const isText = /\.(csv|tsv|mtx|gem|json|geojson|xenium)(\.gz)?$/.test(name);
  const [damage, expected] =
    isText && random.below(3) > 0 ? damageText(files, name, random) : damageBytes(files, name, random);
  return { ...folder, base, damage: `${name}: ${damage}`, expected, files };
}

/** Sound files that say something wrong. */
function changeContent(role: BaseFolder["role"], base: string, random: Random) {
  const isByName = /^Visium (1|2|with|in)|^Xenium|reference/.test(base);
  const choice = random.below(4);
  if (choice === 0 && !/MERSCOPE|CosMx|GEM|GEF|zarr|Cell Ranger 2/.test(base))
    return ["antibodies alone", "refused", { noGenes: true }] as const;
  if (isByName && choice === 1)
    return [
      "barcodes of other spots",
      "refused",
      { names: (names: readonly string[]) => names.map((name) => `T${name}`) },
    ] as const;
  if (isByName && choice === 2)
    return [
      "a barcode twice",
      undefined,
      { names: (names: readonly string[]) => [names[1], ...names.slice(1)] },
    ] as const;
  const value = random.pick([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12, -0.25]);
  const axis = random.below(2);
  const changed = random.below(30);
  const places = (all: readonly (readonly [number, number])[]) =>
    all.map((place, i) =>
      i === changed ? ([axis === 0 ? value : place[0], axis === 1 ? value : place[1]] as const) : place,
    );
  return [`a place with ${value}`, undefined, role === "section" ? { places } : {}] as const;
}

function damageBytes(files: Files, name: string, random: Random): Damage {
  const bytes = files.get(name) as Uint8Array;
  const put = (changed: Uint8Array) => files.set(name, changed);
  switch (random.below(7)) {
    case 0:
      files.delete(name);
      return ["missing"];
    case 1:
      put(new Uint8Array(0));
      return ["empty"];
    case 2: {
      const length = random.below(bytes.length);
      put(bytes.slice(0, length));
      return [`cut to ${length} bytes`, name.endsWith(".gz") && length > 2 ? "refused" : undefined];
    }
    case 3: {
      const other = random.pick([...files.keys()].sort());
      put(files.get(other) as Uint8Array);
      files.set(other, bytes);
      return [`changed for ${other}`];
    }
    case 4: {
      const changed = bytes.slice();
      const from = random.below(bytes.length);
      const end = Math.min(bytes.length, from + 1 + random.below(64));
      for (let i = from; i < end; i++) changed[i] = random.below(256);
      put(changed);
      return [`bytes ${from} to ${end}`];
    }
    default: {
      const changed = bytes.slice();
      const count = 1 + random.below(4);
      const at: number[] = [];
      for (let i = 0; i < count; i++) {
        at.push(random.below(bytes.length));
        changed[at[i]] ^= 1 << random.below(8);
      }
      put(changed);
      return [`bits of ${at.join(", ")}`];
    }
  }
}

/** What a table may have in place of a number or a name. */
const ODD = ["-1", "1.5", "", "NaN", "1e999", "999999999999", "abc", "1e-320", '"', "0x10", " 3 ", "-0"];

function damageText(files: Files, name: string, random: Random): Damage {
  const isPacked = name.endsWith(".gz");
  const bytes = files.get(name) as Uint8Array;
  const text = new TextDecoder().decode(isPacked ? gunzipSync(bytes) : bytes);
  const lines = text.trimEnd().split("\n");
  const put = (changed: readonly string[], end = "\n") => {
    const made = new TextEncoder().encode(changed.length === 0 ? "" : changed.join(end) + end);
    files.set(name, isPacked ? new Uint8Array(gzipSync(made)) : made);
  };
  const at = random.below(lines.length);
  const separator = /\t/.test(lines[at]) ? "\t" : name.includes("mtx") ? " " : ",";
  const isPositions = /positions|cells\.csv|metadata/.test(name);
  switch (random.below(8)) {
    case 0:
      put(lines.filter((_, i) => i !== at));
      return [`without line ${at + 1}`];
    case 1:
      put([...lines.slice(0, at), lines[at], ...lines.slice(at)]);
      return [`line ${at + 1} twice`];
    case 2: {
      put(lines, "\r\n");
      return ["lines that end as on Windows", "same"];
    }
    case 3: {
      const head = /positions_list/.test(name) ? 0 : 1;
      if (!isPositions) break;
      put([...lines.slice(0, head), ...lines.slice(head).reverse()]);
      return ["lines in another order", "same"];
    }
    case 4: {
      const [a, b] = [random.below(3), random.below(3)];
      put(
        lines.map((line) => {
          const fields = line.split(separator);
          if (Math.max(a, b) < fields.length) [fields[a], fields[b]] = [fields[b], fields[a]];
          return fields.join(separator);
        }),
      );
      return [`columns ${a} and ${b} changed`, a === b ? "same" : undefined];
    }
    case 5:
      put([lines[at].repeat(1 + random.below(20_000)), ...lines]);
      return [`a long first line`];
    default:
  }
  const fields = lines[at].split(separator);
  const field = random.below(fields.length);
  const odd = random.pick(ODD);
  fields[field] = odd;
  put(lines.map((line, i) => (i === at ? fields.join(separator) : line)));
  return [`${JSON.stringify(odd)} as field ${field} of line ${at + 1}`];
}
