import { join, resolve } from "node:path";
import { OptionError } from "@flashdeconv/core";
import type { StoreAccess } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote, localPath, sameOrInside } from "@flashdeconv/stores/node/internal";
import type { RunFlags } from "../options/run-flags.js";
import { storeAccess } from "../options/store-options.js";
import { lockOptions } from "../stores/lock-options.js";
import { refuseFileName } from "../stores/refuse-file-name.js";
import { openResultPlace } from "../stores/result-place.js";
import { sectionAt } from "../stores/section-at.js";
import type { Terminal } from "../terminal/terminal.js";

/** Where each result goes: `undefined` for the section's own store. */
export function placesOf(given: readonly string[], { outDir, ...flags }: RunFlags): (string | undefined)[] {
  if (given.length > 1) {
    for (const [flag, value] of [
      ["--out", flags.out],
      ["--save-stats", flags.saveStats],
      ["--run-dir", flags.runDir],
    ] as const) {
      if (value === undefined) continue;
      const instead = flag === "--out" && outDir === undefined ? "--out-dir" : undefined;
      throw refused(flag, redactUrl(value), "one section: it names one place", instead);
    }
  }
  if (outDir === undefined) {
    if (given.length === 1 || flags.inPlace || flags.newTable !== undefined)
      return given.map(() => flags.out);
    const rule = "a folder for the results of several sections, or --in-place, or --new-table";
    throw new OptionError({ option: "--out-dir", value: undefined, rule, remedy: "Give one of them." });
  }
  if (flags.out !== undefined || flags.inPlace || flags.newTable !== undefined) {
    throw refused("--out-dir", outDir, "no other place beside it (--out, --in-place, --new-table)");
  }
  refuseFileName({ flag: "--out-dir", location: outDir });
  return namesOf(given, outDir).map((name) => inFolder(outDir, `${name}.${flags.format ?? "zarr"}`));
}

/** A store in a folder, or under a URL, whose query stays at the end. */
function inFolder(folder: string, name: string): string {
  if (!isRemote(folder)) return join(localPath(folder), name);
  const [, place, query] = /^([^?#]*?)\/*([?#].*)?$/s.exec(folder) as RegExpExecArray;
  return `${place}/${name}${query ?? ""}`;
}

/** One store twice would be solved twice, and count twice where the smoothing is chosen on all. */
export async function refuseRepeated(given: readonly string[], flags: RunFlags): Promise<void> {
  const access = storeAccess(flags);
  const places = await Promise.all(given.map((section) => sectionAt(section, flags.table, access)));
  for (const [i, { path, table }] of places.entries()) {
    for (const [j, before] of places.slice(0, i).entries()) {
      if (table !== before.table || !(await areSame(path, before.path, access))) continue;
      const told = `${redactUrl(given[j])} and ${redactUrl(given[i])}`;
      const flag = flags.inPlace ? "--in-place" : flags.newTable === undefined ? "--out-dir" : "--new-table";
      const rule = "sections that differ; these are one store";
      throw new OptionError({ option: flag, value: told, rule, remedy: "Name each section once." });
    }
  }
}

async function areSame(a: string, b: string, access: StoreAccess): Promise<boolean> {
  return (await sameOrInside(a, b, access)) && (await sameOrInside(b, a, access));
}

/** Tells of a place that cannot be written to before the work that goes before the first section; `--resume` looks itself. */
export async function refuseTaken(
  given: readonly string[],
  places: readonly (string | undefined)[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const { overwrite, reference, resume, format, outDir } = flags;
  if (resume) return;
  for (const [i, out] of places.entries()) {
    if (out === undefined) continue;
    const access = storeAccess(flags);
    const { path: input } = await sectionAt(given[i], flags.table, access);
    const request = {
      input,
      isSection: true,
      alsoRead: [reference],
      out,
      outDir,
      overwrite,
      format,
      access,
      lock: lockOptions(terminal),
    };
    await (await openResultPlace(request)).discard();
  }
}

/** The last part of each section's place; where that is another's too, as many of the parts before it as tell them apart. */
function namesOf(given: readonly string[], outDir: string): readonly string[] {
  const parts = given.map(partsOf);
  const named = (i: number, count: number) => parts[i].slice(-count).join("_");
  const names = parts.map((own, i) => {
    const same = parts.flatMap((other, j) => (j !== i && other.at(-1) === own.at(-1) ? [j] : []));
    let count = 1;
    while (count < own.length && same.some((j) => named(j, count) === named(i, count))) count++;
    return named(i, count);
  });
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice < 0) return names;
  throw new OptionError({
    option: "--out-dir",
    value: outDir,
    rule: `sections whose paths tell them apart, but two are called ${parts[twice].at(-1)}`,
    remedy: "Run them one by one, each with --out.",
  });
}

/** The parts of a section's place, without what tells its form. */
function partsOf(section: string): readonly string[] {
  const place = isRemote(section) ? redactUrl(section).split("?")[0] : resolve(localPath(section));
  const bare = place.replace(/^[a-z0-9]+:\/\//i, "").replace(/\/+$/, "");
  return bare
    .replace(/\.zarr(\.zip)?$|\.(zip|h5ad|h5)$/i, "")
    .split(/[\\/]+/)
    .filter((part) => part !== "");
}

function refused(option: string, value: unknown, rule: string, instead?: string): OptionError {
  return new OptionError({
    option,
    value,
    rule,
    remedy: instead ? `Give ${instead}.` : "Leave it out.",
  });
}
