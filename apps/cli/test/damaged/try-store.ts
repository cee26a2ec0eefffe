import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Writable } from "node:stream";
import { readPlainly } from "../../../../packages/io-zarr/test/read-plainly.js";
import type { RemoteServer } from "../../../../packages/stores/test/remote-server.js";
import type { main as Main } from "../../src/main.js";
import { type Files, REFERENCES, SECTIONS } from "./base-stores.js";
import { type DamagedStore, damageStore } from "./damage-store.js";

/** How a damaged store ended. */
export interface Verdict {
  readonly seed: number;
  readonly base: string;
  readonly role: string;
  readonly damage: string;
  /** Refused with a tagged error; the same result as of the whole store; the result that the store now stands for; or wrong. */
  readonly outcome: "refused" | "same" | "changed" | "wrong";
  /** The error's tag and message, or what is wrong. */
  readonly detail: string;
  readonly milliseconds: number;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const STACK =
  /^\s+at .+:\d+:\d+\)?$|\b(TypeError|RangeError|ReferenceError|SyntaxError|AssertionError)\b|Cannot read prop|is not a function|is not iterable/m;

/** Tries damaged stores in a folder of its own, by the command line's `main`. */
export class StoreTrial {
  readonly #main: typeof Main;
  readonly #folder: string;
  readonly #maxMemory: string;
  readonly #far: RemoteServer | undefined;
  /** What the whole stores end in, by the base's name. */
  readonly #whole = new Map<string, string>();

  /** @param far a server of `folder`, where the damaged stores are to be read from there */
  constructor(main: typeof Main, folder: string, maxMemory: string, far?: RemoteServer) {
    this.#far = far;
    this.#main = main;
    this.#folder = folder;
    this.#maxMemory = maxMemory;
    writeFiles(join(folder, "sound-section"), SECTIONS["v2 csr"]());
    writeFiles(join(folder, "sound-reference"), REFERENCES["v2 cells, csr"]());
  }

  async try(seed: number): Promise<Verdict> {
    const damaged = damageStore(seed);
    const { base, role, damage } = damaged;
    const start = performance.now();
    const [outcome, detail] = await this.#judge(damaged);
    return { seed, base, role, damage, outcome, detail, milliseconds: Math.round(performance.now() - start) };
  }

  async #judge(damaged: DamagedStore): Promise<[Verdict["outcome"], string]> {
    const { base, role } = damaged;
    const expected = await this.#resultOfWhole(base, role);
    const path = this.#write(damaged);
    const place = this.#placeOf(path, base);
    const looked = await this.#call(["inspect", place.location, ...place.flags]);
    const wrongLook = wrongWith(looked);
    if (wrongLook) return ["wrong", `inspect: ${wrongLook}`];
    const ran = await this.#run(place.location, role, place.flags);
    const wrongRun = wrongWith(ran);
    if (wrongRun) return ["wrong", `run: ${wrongRun}`];
    const left = readdirSync(join(this.#folder, "out"));
    if (ran.code === 2) {
      if (left.length > 0) return ["wrong", `left ${left.join(", ")} behind`];
      const { error } = JSON.parse(ran.stdout);
      if (typeof error?.tag !== "string") return ["wrong", `no tag: ${ran.stdout.slice(0, 300)}`];
      return ["refused", `${error.tag}: ${error.message}`];
    }
    if (left.sort().join() !== "out.report.html,out.zarr") return ["wrong", `wrote ${left.join(", ")}`];
    const result = this.#result();
    if (result === expected) return ["same", ""];
    return this.#compare(path, damaged, result);
  }

  /** A result that differs is right where another reader finds the same numbers in the store, written soundly. */
  async #compare(
    path: string,
    { role, zip }: DamagedStore,
    result: string,
  ): Promise<[Verdict["outcome"], string]> {
    let files: Files;
    try {
      files = await readPlainly(path, zip !== undefined);
    } catch (error) {
      return ["wrong", `a result where another reader fails: ${(error as Error).stack?.slice(0, 400)}`];
    }
    const plain = join(this.#folder, "plain");
    rmSync(plain, { recursive: true, force: true });
    writeFiles(plain, files);
    const ran = await this.#run(plain, role);
    if (ran.code !== 0)
      return ["wrong", `a result where the store reads otherwise: ${ran.stdout.slice(0, 300)}`];
    return this.#result() === result
      ? ["changed", ""]
      : ["wrong", "another result than another reader's numbers give"];
  }

  async #resultOfWhole(base: string, role: DamagedStore["role"]): Promise<string> {
    const known = this.#whole.get(base);
    if (known !== undefined) return known;
    const path = this.#write({
      base,
      role,
      damage: "",
      files: (role === "section" ? SECTIONS : REFERENCES)[base](),
    });
    const ran = await this.#run(path, role);
    if (ran.code !== 0)
      throw new Error(`the whole store ${base} ends in ${ran.code}: ${ran.stdout} ${ran.stderr}`);
    const result = this.#result();
    this.#whole.set(base, result);
    return result;
  }

  #write({ files, zip, link }: DamagedStore): string {
    for (const name of ["store.zarr", "store.zarr.zip"])
      rmSync(join(this.#folder, name), { recursive: true, force: true });
    if (files) {
      const folder = writeFiles(join(this.#folder, "store.zarr"), files);
      if (!link) return folder;
      const place = join(folder, link.key);
      rmSync(place);
      if (link.target === undefined) mkdirSync(place);
      else symlinkSync(link.target, place);
      return folder;
    }
    const path = join(this.#folder, "store.zarr.zip");
    writeFileSync(path, zip as Uint8Array);
    return path;
  }

  /** Where the command line is told that the store lies. A server lists nothing, so a table has to be named there. */
  #placeOf(path: string, base: string): { readonly location: string; readonly flags: readonly string[] } {
    if (!this.#far) return { location: path, flags: [] };
    this.#far.requests.length = 0;
    const flags = base.startsWith("SpatialData") ? ["--table", "table"] : [];
    return { location: `${this.#far.url}/${basename(path)}`, flags };
  }

  #run(path: string, role: DamagedStore["role"], flags: readonly string[] = []): Promise<Ended> {
    const out = join(this.#folder, "out");
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
    const section = role === "section" ? path : join(this.#folder, "sound-section");
    const reference = role === "reference" ? path : join(this.#folder, "sound-reference");
    return this.#call([
      ...["run", section, "--reference", reference, "--out", join(out, "out.zarr"), "--zarr-format", "2"],
      ...["--workers", "1", "--max-memory", this.#maxMemory, "--json"],
      ...flags,
    ]);
  }

  #call(args: readonly string[]): Promise<Ended> {
    return callMain(this.#main, args);
  }

  /** A digest of the proportions and of the spots' names. */
  #result(): string {
    const hash = createHash("sha256");
    const root = join(this.#folder, "out", "out.zarr");
    for (const folder of ["obsm/flashdeconv", "obs/_index"]) {
      for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
        if (/(^|\/)\d+(\.\d+)*$/.test(name)) hash.update(name).update(readFileSync(join(root, folder, name)));
      }
    }
    return hash.digest("hex");
  }
}

/** Runs the command line and keeps what it says. */
export async function callMain(main: typeof Main, args: readonly string[]): Promise<Ended> {
  const text = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        text[name] += chunk;
        done();
      },
    });
  const { signal } = new AbortController();
  const code = await main(args, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    variables: {},
    signal,
    ownsProcess: true,
  });
  return { code, ...text };
}

export function wrongWith({ code, stdout, stderr }: Ended): string | undefined {
  if (code !== 0 && code !== 2) return `exit code ${code}: ${`${stdout} ${stderr}`.slice(0, 600)}`;
  const stack = STACK.exec(stdout) ?? STACK.exec(stderr);
  if (stack) return `"${stack[0].trim()}" in ${`${stdout} ${stderr}`.slice(0, 600)}`;
  return code === 2 && stdout === "" && stderr === "" ? "nothing said" : undefined;
}

export function writeFiles(folder: string, files: Files): string {
  for (const [key, bytes] of files) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), bytes);
  }
  return folder;
}

/** What a server of the folder reads: a file, and nothing where there is none, or something else than a file. */
export function storesIn(folder: string): (key: string) => Promise<Uint8Array | undefined> {
  return (key) => readFile(join(folder, key)).catch(() => undefined);
}
