import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildProgram } from "../src/build-program.js";
import { OBJECTS_OF } from "../src/options/option-objects.js";
import { runCli } from "./run-cli.js";

// Every option of every command, from commander's own tables: it does what it says, or is refused. An option without an entry here fails.

type Who = "weighted" | "flashdeconv" | "poisson" | "nnls" | "plugin";
const EVERYONE: readonly Who[] = ["weighted", "flashdeconv", "poisson", "nnls", "plugin"];
const NORMALIZED: readonly Who[] = ["flashdeconv", "nnls", "plugin"];
const COUNTS: readonly Who[] = ["weighted", "poisson"];
const NEIGHBORS: readonly Who[] = ["weighted", "flashdeconv", "poisson", "plugin"];

interface Trial {
  /** A value that changes something. */
  readonly value?: string;
  /** The same where it differs. */
  readonly other?: Partial<Record<Who, string>>;
  /** The default, which counts as given too. */
  readonly preset?: string;
  /** Who has the option; all others refuse it. */
  readonly who: readonly Who[];
  /** What it needs beside it. */
  readonly beside?: readonly string[];
  /** Without which it is refused though the method has it. */
  readonly needs?: true;
}

/** Options of `run` that say how spots are deconvolved. */
const METHOD_OPTIONS: Readonly<Record<string, Trial>> = {
  "--genes": { value: "all", other: { weighted: "selected", poisson: "selected" }, who: EVERYONE },
  "--n-hvg": { value: "7", preset: "2000", who: EVERYONE, beside: ["--genes", "selected"] },
  "--n-markers": { value: "3", preset: "50", who: EVERYONE, beside: ["--genes", "selected"] },
  "--preprocess": { value: "pearson", preset: "log-cpm", who: NORMALIZED },
  "--target-sum": { value: "1e6", preset: "10000", who: NORMALIZED },
  "--log-base": { value: "2", preset: "e", who: NORMALIZED },
  "--sketch-dim": { value: "16", preset: "512", who: NORMALIZED },
  "--seed": { value: "3", preset: "0", who: NORMALIZED },
  "--allow-non-counts": { who: EVERYONE },
  "--no-platform-correction": { who: COUNTS },
  "--overdispersion": { value: "0.7", preset: "auto", who: COUNTS },
  "--likelihood": { value: "always", preset: "auto", who: ["poisson"] },
  "--smoothing": { value: "4", preset: "none", who: ["weighted", "flashdeconv", "poisson"] },
  "--shrinkage": { value: "4", preset: "0", who: COUNTS, beside: ["--smoothing", "none"], needs: true },
  "--lambda": { value: "9", preset: "auto", who: ["flashdeconv"] },
  "--rho": { value: "0.2", preset: "0.01", who: ["flashdeconv", "nnls"] },
  "--platform": { value: "visium", who: ["flashdeconv"] },
  "--graph": { value: "grid", preset: "knn", who: NEIGHBORS },
  "--neighbors": { value: "3", preset: "6", who: NEIGHBORS },
  "--radius": { value: "150", who: NEIGHBORS, beside: ["--graph", "radius"], needs: true },
  "--tolerance": { value: "0.01", preset: "0.001", who: EVERYONE },
  "--max-sweeps": { value: "5000", preset: "20000", who: EVERYONE },
  "--precision": { value: "float64", preset: "float32", who: EVERYONE },
  "--empty": { value: "uniform", preset: "nan", who: EVERYONE },
};

/** Options that no result depends on: every method takes them, and gives the same bits. */
const NEUTRAL: Readonly<Record<string, readonly string[]>> = {
  "--workers": ["1"],
  "--max-memory": ["3GiB"],
  "--use-scratch": ["always"],
  "--kernels": ["typescript"],
  "--restart": [],
  "--resume": [],
  "--save-every": ["never"],
  "--quiet": [],
};

/** Options of commands that are about inputs, outputs and messages, or are tried by name elsewhere in this file. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  run: [
    ...[
      "--reference",
      "--table",
      "--bin",
      "--cells",
      "--layer",
      "--gene-key",
      "--section-key",
      "--out",
      "--format",
      "--in-place",
      "--new-table",
      "--overwrite",
    ],
    ...["--out-dir", "--per-section", "--save-stats", "--key-added", "--obs-columns", "--run-dir", "--json"],
    ...["--method", "--solver", "--solver-options"],
  ],
  solve: [
    ...["--out", "--format", "--overwrite", "--key-added", "--obs-columns", "--json", "--zarr-format"],
    ...["--drop-type", "--merge-types", "--solver", "--solver-options"],
  ],
  inspect: [
    "--reference",
    "--table",
    "--bin",
    "--cells",
    "--layer",
    "--gene-key",
    "--section-key",
    "--workers",
    "--max-memory",
    "--json",
    "--quiet",
  ],
  evaluate: ["--truth", "--spots-of", "--json", "--quiet"],
  convert: ["--table", "--bin", "--cells", "--layer", "--gene-key", "--scratch", "--json", "--quiet"],
  signature: [
    ...["--out", "--overwrite", "--cell-type-key", "--layer", "--gene-key", "--drop-type", "--min-cells"],
    ...["--zarr-format", "--allow-non-counts", "--json", "--quiet"],
  ],
  export: ["--key", "--format", "--overwrite", "--json", "--quiet"],
  simulate: ["--overwrite", "--json", "--quiet"],
  demo: ["--spots", "--dir", "--seed", "--json", "--quiet"],
};

/** Options of `solve` that say how, for the statistics of a method. */
const SOLVE_OPTIONS: Readonly<
  Record<string, { value: string; preset?: string; who: readonly Who[]; beside?: readonly string[] }>
> = {
  "--shrinkage": { value: "4", preset: "0", who: ["weighted"], beside: ["--smoothing", "none"] },
  "--smoothing": { value: "4", who: ["weighted", "flashdeconv"] },
  "--lambda": { value: "9", preset: "auto", who: ["flashdeconv"] },
  "--rho": { value: "0.2", preset: "0.01", who: ["flashdeconv"] },
  "--tolerance": { value: "0.01", preset: "0.001", who: ["weighted", "flashdeconv"] },
  "--max-sweeps": { value: "5000", preset: "20000", who: ["weighted", "flashdeconv"] },
  "--precision": { value: "float64", preset: "float32", who: ["weighted", "flashdeconv"] },
  "--empty": { value: "uniform", preset: "nan", who: ["weighted", "flashdeconv"] },
};

/** Options of `simulate`, each with a value that changes the data. */
const SIMULATE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "--spots": ["50"],
  "--genes": ["45"],
  "--types": ["4"],
  "--depth": ["90"],
  "--seed": ["2"],
  "--empty-spots": ["0.3"],
  "--rare-type-fraction": ["0.5"],
  "--types-per-spot": ["2"],
  "--domain-scale": ["3"],
  "--border-width": ["2", "--layout", "layered", "--domain-scale", "4"],
  "--spot-variation": ["2"],
  "--spot-spacing": ["7"],
  "--depth-variation": ["1"],
  "--overdispersion": ["0.5"],
  "--platform-effect": ["1"],
  "--missing-types": ["1"],
  "--cells-per-type": ["5"],
  "--reference-depth": ["200"],
  "--reference-overdispersion": ["2"],
  "--baseline-variation": ["0.2"],
  "--type-variation": ["1"],
  "--marker-fraction": ["0.5"],
  "--marker-fold": ["30"],
  "--layout": ["patchy"],
  "--shuffle-coordinates": [],
  "--zarr-format": ["3"],
};

const SMALL = ["--spots", "30", "--genes", "40", "--types", "3", "--depth", "150", "--cells-per-type", "12"];
const nowhere = ["nowhere.zarr", "--reference", "nowhere-either.zarr", "--out", "never.zarr"];
let folder: string;
const at = (name: string) => join(folder, name);
const chosen = (who: Who): string[] =>
  ({
    weighted: [],
    flashdeconv: ["--method", "flashdeconv"],
    poisson: ["--method", "poisson"],
    nnls: ["--solver", "nnls"],
    plugin: ["--solver", at("plugin.mjs")],
  })[who];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-options-"));
  await writeFile(
    at("plugin.mjs"),
    `export default {
      name: "mine", coupling: "neighbors", input: "statistics",
      resolveOptions: (input) => ({ ...input }),
      start: ({ typeNames: { length: K } }) => ({
        statWidth: K + 1, settings: {}, summarize: (rows, out) => out.set(rows.values),
        sweep({ spots, statistics }, abundance) {
          for (const spot of spots)
            for (let k = 0; k < K; k++) abundance[spot * K + k] = Math.max(0, statistics[spot * (K + 1) + k]);
          return { largestChange: 0 };
        },
      }),
    };`,
  );
  await writeFile(at("means.csv"), "type,a,b\nA,1,2\nB,2,1\n");
  await succeed("simulate", at("tissue"), ...SMALL);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args);
  expect(code, `${args.join(" ")}\n${stderr}`).toBe(0);
  return stdout;
}

/** How a command that must fail does: by its option, before the stores that are not there are looked for, or by the stores. */
async function failure(...args: string[]): Promise<{ tag: string; message: string }> {
  const { code, stdout } = await runCli([...args, "--json"]);
  expect(code, args.join(" ")).toBe(2);
  return JSON.parse(stdout).error;
}

/** All that a result is, but for where it comes from. */
async function contentOf(store: string): Promise<string> {
  const digest = createHash("sha256");
  for (const entry of (await readdir(store, { recursive: true, withFileTypes: true })).sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const path = join(entry.parentPath, entry.name).slice(store.length);
    // Names of stores, and when it was made.
    if (
      !entry.isFile() ||
      /_params\/(spatial|reference|statistics)\b|_command\b/.test(path) ||
      path === "/.zmetadata"
    )
      continue;
    digest.update(path).update(await readFile(join(entry.parentPath, entry.name)));
  }
  return digest.digest("hex");
}

let runCount = 0;
const results = new Map<string, Promise<string>>();
function resultOf(...args: string[]): Promise<string> {
  const key = args.join(" ");
  const result = results.get(key) ?? runFor(...args);
  results.set(key, result);
  return result;
}

async function runFor(...args: string[]): Promise<string> {
  const out = at(`out-${runCount++}.zarr`);
  const inputs = [at("tissue/spatial.zarr"), "--reference", at("tissue/reference.zarr"), "--out", out];
  await succeed("run", ...inputs, "--quiet", ...args.filter((arg) => arg !== "--quiet"));
  const content = await contentOf(out);
  await rm(out, { recursive: true });
  return content;
}

const commandNamed = (name: string): Command => {
  const stream = { write: () => true };
  const environment = { stdout: stream, stderr: stream, variables: {}, signal: new AbortController().signal };
  const program = buildProgram(environment as unknown as Parameters<typeof buildProgram>[0]);
  return program.commands.find((command) => command.name() === name) as Command;
};

describe("every option has an entry", () => {
  it.each(["run", "solve", "export", "convert", "signature", "inspect", "simulate", "evaluate", "demo"])(
    "of %s",
    (name) => {
      const flags = commandNamed(name).options.map(({ long }) => long as string);
      const known = new Set([
        ...OTHERS[name],
        ...(name === "simulate" || name === "demo" ? [] : Object.keys(OBJECTS_OF)),
        ...(name === "run" ? Object.keys(METHOD_OPTIONS) : []),
        ...(name === "run" || name === "solve" ? Object.keys(NEUTRAL) : []),
        ...(name === "solve" ? Object.keys(SOLVE_OPTIONS) : []),
        ...(name === "simulate" ? Object.keys(SIMULATE_OPTIONS) : []),
      ]);
      expect(flags.filter((flag) => !known.has(flag))).toEqual([]);
      expect(OTHERS[name].filter((flag) => !flags.includes(flag))).toEqual([]);
    },
  );
});

describe.each(Object.entries(METHOD_OPTIONS))(
  "run %s",
  (flag, { value: usual, other, preset, who, beside = [], needs }) => {
    it.each(EVERYONE)("with %s", async (one) => {
      const value = other?.[one] ?? usual;
      const given = value === undefined ? [flag] : [flag, value];
      const isNeeded = who.includes(one) ? beside : [];
      for (const args of [given, ...(preset === undefined ? [] : [[flag, preset]])]) {
        const { tag, message } = await failure("run", ...nowhere, ...chosen(one), ...isNeeded, ...args);
        if (!who.includes(one)) {
          expect(message).toContain(`option ${flag}: `);
          expect(message).toMatch(/it has no such option.*(--method \w+|Leave it out)/);
        } else expect({ tag, message }).toMatchObject({ tag: "StoreError" });
      }
      if (!who.includes(one)) return;
      if (needs) {
        const { message } = await failure("run", ...nowhere, ...chosen(one), ...given);
        expect(message).toContain(`option ${flag}: `);
      }
      const base = await resultOf(...chosen(one), ...(needs ? [] : isNeeded));
      expect(await resultOf(...chosen(one), ...isNeeded, ...given), "it changes something").not.toBe(base);
    });
  },
);

describe("what no result depends on", () => {
  it.each(Object.entries(NEUTRAL))("%s", async (flag, values) => {
    for (const one of ["weighted", "flashdeconv", "plugin"] as const) {
      const base = await resultOf(...chosen(one));
      expect(await resultOf(...chosen(one), flag, ...values)).toBe(base);
    }
  });
});

describe("options that others make meaningless", () => {
  it.each([
    ["--n-hvg 5", /option --n-hvg: .*nothing without --genes selected/],
    ["--n-markers 50", /option --n-markers: .*nothing without --genes selected/],
    ["--method flashdeconv --genes all --n-hvg 5", /option --n-hvg: /],
    ["--graph grid --neighbors 30", /option --neighbors: found 30, expected nothing without --graph knn/],
    ["--graph radius --radius 9 --neighbors 6", /option --neighbors: /],
    ["--graph knn --radius 9", /option --radius: .*nothing without --graph radius/],
    ["--smoothing none --neighbors 6", /option --neighbors: .*nothing is smoothed/],
    ["--smoothing 0 --graph knn", /option --graph: .*nothing is smoothed/],
    ["--method flashdeconv --lambda 0 --graph grid", /option --graph: .*nothing is smoothed/],
    ['--method flashdeconv --solver-options {"lambda":0} --neighbors 4', /option --neighbors: /],
    [
      "--method flashdeconv --preprocess pearson --target-sum 1e4",
      /option --target-sum: .*--preprocess log-cpm/,
    ],
    ["--method flashdeconv --preprocess raw --log-base e", /option --log-base: .*--preprocess log-cpm/],
    ["--method flashdeconv --sketch-dim none --seed 0", /option --seed: .*--sketch-dim none/],
    [
      '--method poisson --solver-options {"overdispersion":1}',
      /option --solver-options: .*--overdispersion 0.1/,
    ],
    ["--method flashdeconv --platform visium --smoothing auto", /option --smoothing: /],
    ["--use-scratch never --scratch here", /option --scratch: .*--use-scratch never/],
  ])("run %s", async (args, message) => {
    expect((await failure("run", ...nowhere, ...args.split(" "))).message).toMatch(message);
  });

  it.each(
    Object.entries(OBJECTS_OF).filter(([flag]) =>
      commandNamed("run").options.some(({ long }) => long === flag),
    ),
  )("run %s where there is nothing for it to be about", async (flag, [object]) => {
    const valued = commandNamed("run").options.find(({ long }) => long === flag)?.required;
    const value =
      {
        "--endpoint-url": "http://127.0.0.1:9",
        "--cache-size": "1GiB",
        "--zarr-format": "2",
        "--spatial-columns": "x,y",
      }[flag] ?? "1";
    const out = object === "annData" ? ["--out", "never.csv"] : ["--in-place"];
    const args = ["run", "nowhere.zarr", "--reference", "nowhere.csv", "--smoothing", "none", ...out];
    const never = object === "scratch" ? ["--use-scratch", "never"] : [];
    const { message } = await failure(...args, ...never, flag, ...(valued ? [value] : []));
    expect(message).toContain(`option ${flag}: `);
  });

  it.each([
    ["inspect nowhere.zarr --cell-type-key kind", /option --cell-type-key: .*--reference/],
    ["inspect nowhere.zarr --reference means.csv --reference-layer raw", /option --reference-layer: .*table/],
    ["inspect nowhere.zarr --profile lab", /option --profile: .*s3:/],
    ["inspect https://127.0.0.1:9/a.zarr --region here", /option --region: .*s3:/],
    ["inspect https://127.0.0.1:9/a.zarr --anonymous", /option --anonymous: .*s3:/],
    ["inspect https://127.0.0.1:9/a.zarr --cache-size 1GiB", /option --cache-size: .*--cache/],
    ["evaluate result.csv --truth nowhere.zarr --key mine", /option --key: .*without a key/],
    ["evaluate nowhere.zarr --truth truth.csv --truth-key truth", /option --truth-key: .*without a key/],
    ["evaluate nowhere.zarr --truth truth.csv --max-attempts 3", /option --max-attempts: .*a URL/],
    ["simulate never --border-width 3", /option --border-width: .*--layout patchy/],
    ["simulate never --types 1 --rare-type-fraction 0.1", /option --rare-type-fraction: .*--types/],
    ["simulate never --marker-fraction 0 --marker-fold 8", /option --marker-fold: .*--marker-fraction/],
  ])("%s", async (args, message) => {
    expect((await failure(...args.split(" "))).message).toMatch(message);
    expect(existsSync("never")).toBe(false);
  });
});

describe("an empty text", () => {
  it.each(["run", "solve", "inspect", "simulate", "evaluate", "demo"])(
    "is not a value of an option of %s",
    async (name) => {
      const { options, registeredArguments } = commandNamed(name);
      const places = registeredArguments.map(() => "nowhere");
      for (const { long, required, variadic } of options) {
        if (!required || variadic) continue;
        const { tag, message } = await failure(name, ...places, long as string, "");
        expect({ tag, message: message.slice(0, 80) }).toMatchObject({ tag: "OptionError" });
        expect(message).toContain(`option ${long}: found `);
      }
      if (places.length === 0) return;
      expect((await failure(name, "")).message).toContain(`<${registeredArguments[0].name()}> is empty`);
    },
  );
});

describe("the method", () => {
  it.each(["weighted", "flashdeconv", "poisson"])("%s goes with its own solver only", async (method) => {
    const own = { weighted: "weighted", flashdeconv: "bcd", poisson: "poisson" }[method];
    for (const solver of ["weighted", "bcd", "poisson", "nnls", at("plugin.mjs")]) {
      const { tag, message } = await failure("run", ...nowhere, "--method", method, "--solver", solver);
      if (solver === own) expect(tag).toBe("StoreError");
      else
        expect(message).toMatch(
          /option --solver: .*(Give --method \w+, which brings|To solve with \w+, leave the method out; to solve with the method \w+, leave the solver out)/,
        );
    }
  });

  it("is not changed by the name of another method's solver", async () => {
    expect((await failure("run", ...nowhere, "--solver", "weighted")).tag).toBe("StoreError");
    for (const [solver, method] of [
      ["bcd", "flashdeconv"],
      ["poisson", "poisson"],
    ]) {
      const { message } = await failure("run", ...nowhere, "--solver", solver);
      expect(message).toContain(`Give --method ${method}, which brings this solver`);
    }
  });

  it("has its solver's own options, and no others", async () => {
    const options = (json: string) => ["--solver-options", json];
    expect((await failure("run", ...nowhere, ...options('{"epsilon":0.1}'))).tag).toBe("StoreError");
    expect((await failure("run", ...nowhere, ...options('{"rho":0.1}'))).message).toMatch(
      /option --rho: .*--method weighted, the default.*add --method flashdeconv/,
    );
    expect((await failure("run", ...nowhere, ...options('{"epsilom":0.1}'))).message).toMatch(/epsilom/);
  });
});

describe("solve", () => {
  beforeAll(async () => {
    await mkdir(at("stats"));
    for (const method of ["weighted", "flashdeconv"]) {
      const inputs = [
        at("tissue/spatial.zarr"),
        "--reference",
        at("tissue/reference.zarr"),
        "--method",
        method,
      ];
      await succeed(
        "run",
        ...inputs,
        "--out",
        at(`stats/${method}-out`),
        "--save-stats",
        at(`stats/${method}`),
      );
    }
  });

  const solved = async (method: string, ...more: string[]) => {
    const out = at(`solved-${runCount++}`);
    await succeed("solve", at(`stats/${method}`), "--out", out, ...more);
    const content = await contentOf(out);
    await rm(out, { recursive: true });
    return content;
  };

  it.each(Object.entries(SOLVE_OPTIONS))("%s", async (flag, { value, preset, who, beside = [] }) => {
    for (const method of ["weighted", "flashdeconv"] as const) {
      if (who.includes(method)) {
        expect(await solved(method, flag, value, ...beside), method).not.toBe(
          await solved(method, ...beside),
        );
        continue;
      }
      for (const given of [value, ...(preset === undefined ? [] : [preset])]) {
        const { message } = await failure("solve", at(`stats/${method}`), "--out", at("never"), flag, given);
        expect(message).toMatch(new RegExp(`option ${flag}: .*statistics of --method ${method}`));
      }
    }
  });

  it("does not smooth statistics that were kept without neighbours", async () => {
    const inputs = [
      at("tissue/spatial.zarr"),
      "--reference",
      at("tissue/reference.zarr"),
      "--solver",
      "nnls",
    ];
    await succeed("run", ...inputs, "--out", at("stats/nnls-out"), "--save-stats", at("stats/nnls"));
    const { message } = await failure("solve", at("stats/nnls"), "--out", at("never"), "--lambda", "5");
    expect(message).toMatch(/kept without neighbours/);
  });
});

describe("simulate", () => {
  it.each(Object.entries(SIMULATE_OPTIONS))("%s", async (flag, [value, ...beside]) => {
    const contents = [];
    for (const given of [[], value === undefined ? [flag] : [flag, value]]) {
      const out = at(`tissue-${runCount++}`);
      const before = SMALL.includes(flag) ? SMALL.toSpliced(SMALL.indexOf(flag), 2) : SMALL;
      await succeed("simulate", out, ...(given.length > 0 ? before : SMALL), ...beside, ...given);
      contents.push(await contentOf(out));
      await rm(out, { recursive: true });
    }
    expect(contents[0]).not.toBe(contents[1]);
  });
});
