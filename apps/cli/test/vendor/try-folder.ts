import { createHash } from "node:crypto";
import { type Dirent, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { main as Main } from "../../src/main.js";
import { REFERENCES, SECTIONS } from "../damaged/base-stores.js";
import { callMain, type Ended, type Verdict, writeFiles, wrongWith } from "../damaged/try-store.js";
import { FOLDERS } from "./base-folders.js";
import { type DamagedFolder, damageFolder } from "./damage-folder.js";

/** Tries damaged folders of vendors, by the command line's `main`. */
export class FolderTrial {
  readonly #main: typeof Main;
  readonly #folder: string;
  readonly #maxMemory: string;
  readonly #whole = new Map<string, string>();

  constructor(main: typeof Main, folder: string, maxMemory: string) {
    this.#main = main;
    this.#folder = folder;
    this.#maxMemory = maxMemory;
    writeFiles(join(folder, "sound-section"), SECTIONS["v2 csr"]());
    writeFiles(join(folder, "sound-reference"), REFERENCES["v2 cells, csr"]());
  }

  async try(seed: number): Promise<Verdict> {
    const damaged = await damageFolder(seed);
    const { base, role, damage, expected } = damaged;
    const start = performance.now();
    let [outcome, detail] = await this.#judge(damaged);
    if (expected && outcome !== "wrong" && outcome !== expected) {
      detail = `${outcome} where it must be ${expected}: ${detail}`;
      outcome = "wrong";
    }
    return { seed, base, role, damage, outcome, detail, milliseconds: Math.round(performance.now() - start) };
  }

  async #judge(damaged: DamagedFolder): Promise<[Verdict["outcome"], string]> {
    const expected = await this.#resultOfWhole(damaged.base);
    this.#write(damaged);
    const looked = await this.#inspect(damaged);
    const wrongLook = wrongWith(looked);
    if (wrongLook) return ["wrong", `inspect: ${wrongLook}`];
    if (looked.code === 2) return this.#judgeError(looked, damaged);
    const ran = await this.#run(damaged);
    const wrongRun = wrongWith(ran);
    if (wrongRun) return ["wrong", `run: ${wrongRun}`];
    const scratch = readdirSync(join(this.#folder, "scratch"));
    if (scratch.length > 0) return ["wrong", `left ${scratch.join(", ")} on scratch`];
    const left = readdirSync(join(this.#folder, "out"));
    if (ran.code === 2) {
      if (left.length > 0) return ["wrong", `left ${left.join(", ")} behind`];
      return this.#judgeError(ran, damaged);
    }
    if (left.sort().join() !== "out.report.html,out.zarr") return ["wrong", `wrote ${left.join(", ")}`];
    const result = this.#result();
    if (result === expected) return ["same", ""];
    return damaged.role === "section" ? this.#compare(damaged, result) : ["changed", ""];
  }

  /** An error has a tag, and says where to look: a file, the folder or an option. */
  #judgeError({ stdout }: Ended, { files }: DamagedFolder): [Verdict["outcome"], string] {
    const { error } = JSON.parse(stdout);
    const told = `${error?.tag}: ${error?.message}`;
    const names = [...files.keys(), ...Object.values(FOLDERS).map(({ given }) => given)];
    const isNamed = names.some((name) => name !== "" && told.includes(basename(name)));
    if (typeof error?.tag !== "string") return ["wrong", `no tag: ${stdout.slice(0, 300)}`];
    if (OF_BOTH_SIDES.has(error.tag)) return ["refused", told];
    if (!isNamed && !/sample|the folder|option --|barcodes/.test(told))
      return ["wrong", `no file named: ${told}`];
    return ["refused", told];
  }

  /** A result that differs is that of the store which `convert` makes of the same files. */
  async #compare(damaged: DamagedFolder, result: string): Promise<[Verdict["outcome"], string]> {
    const store = join(this.#folder, "converted.zarr");
    rmSync(store, { recursive: true, force: true });
    const made = await this.#call([
      "convert",
      this.#given(damaged),
      store,
      ...damaged.flags,
      ...this.#scratch(),
      "--json",
    ]);
    if (made.code !== 0) return ["wrong", `run reads what convert does not: ${made.stdout.slice(0, 300)}`];
    const ran = await this.#run({ ...damaged, flags: [] }, store);
    if (ran.code !== 0) return ["wrong", `the converted store ends in: ${ran.stdout.slice(0, 300)}`];
    return this.#result() === result
      ? ["changed", ""]
      : ["wrong", "another result than of the converted store"];
  }

  async #resultOfWhole(base: string): Promise<string> {
    const known = this.#whole.get(base);
    if (known !== undefined) return known;
    const whole = { ...FOLDERS[base], base, damage: "", files: await FOLDERS[base].files() };
    this.#write(whole);
    const ran = await this.#run(whole);
    if (ran.code !== 0)
      throw new Error(`the whole folder ${base} ends in ${ran.code}: ${ran.stdout} ${ran.stderr}`);
    const result = this.#result();
    this.#whole.set(base, result);
    return result;
  }

  #write({ files }: DamagedFolder): void {
    const sample = join(this.#folder, "sample");
    rmSync(sample, { recursive: true, force: true });
    mkdirSync(sample);
    writeFiles(sample, files);
  }

  #given({ given }: DamagedFolder): string {
    return join(this.#folder, "sample", given);
  }

  #scratch(): string[] {
    return ["--scratch", join(this.#folder, "scratch")];
  }

  #flags({ role, flags }: DamagedFolder): readonly string[] {
    return role === "reference" ? ["--labels", join(this.#folder, "sample", "labels.csv")] : flags;
  }

  #inspect(damaged: DamagedFolder): Promise<Ended> {
    const { role } = damaged;
    const given = this.#given(damaged);
    const places = role === "section" ? [given] : [join(this.#folder, "sound-section"), "--reference", given];
    return this.#call(["inspect", ...places, ...this.#flags(damaged), "--json"]);
  }

  #run(damaged: DamagedFolder, path = this.#given(damaged)): Promise<Ended> {
    for (const name of ["out", "scratch"]) {
      rmSync(join(this.#folder, name), { recursive: true, force: true });
      mkdirSync(join(this.#folder, name));
    }
    const isSection = damaged.role === "section";
    const section = isSection ? path : join(this.#folder, "sound-section");
    const cells = isSection ? join(this.#folder, "sound-reference") : path;
    return this.#call([
      ...["run", section, "--reference", cells, "--out", join(this.#folder, "out", "out.zarr")],
      ...[
        "--smoothing",
        "1",
        "--workers",
        "1",
        "--max-memory",
        this.#maxMemory,
        "--zarr-format",
        "2",
        "--json",
      ],
      ...[...this.#scratch(), ...this.#flags(damaged)],
    ]);
  }

  #call(args: readonly string[]): Promise<Ended> {
    return callMain(this.#main, args);
  }

  /** A digest of the proportions; spots in another order are another result. */
  #result(): string {
    const hash = createHash("sha256");
    const root = join(this.#folder, "out", "out.zarr", "obsm", "flashdeconv");
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }).sort(byPlace)) {
      // A type may be called 3.
      if (!entry.isFile() || !/^\d+(\.\d+)*$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      hash.update(path.slice(root.length)).update(readFileSync(path));
    }
    return hash.digest("hex");
  }
}

/** What compares two sides names these and their spots and genes. */
const OF_BOTH_SIDES = new Set(["CountError", "GeneMismatchError"]);

function byPlace(a: Dirent, b: Dirent): number {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}
