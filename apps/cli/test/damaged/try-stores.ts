import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Verdict } from "./try-store.js";

/** A store may take so long, at most. */
export const MOST_MILLISECONDS = 60_000;
/** What runs are given by --max-memory; no child may take more. */
export const MAX_MEMORY = "512MiB";
const MOST_BYTES = 512 * 2 ** 20;

export interface Trials {
  readonly verdicts: readonly Verdict[];
  readonly peakBytes: number;
}

export interface TrialOptions {
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Whether the stores are read from behind a server; by default from the disk. */
  readonly isFar?: boolean;
  /** Whether vendors' folders are tried in place of stores. */
  readonly isVendors?: boolean;
  /** The module whose `main` is tried; by default the built command line. */
  readonly main?: string;
  readonly mostMilliseconds?: number;
  readonly mostBytes?: number;
}

/** Seeds that a child tries before another takes over, so that what one leaves in memory is not held against all. */
const SEEDS_PER_CHILD = 250;

/**
 * Tries the damaged stores of some seeds with the built command line, in a process that is watched: one that is silent for 10 s
 * is killed, and what it was at is wrong.
 *
 * @param root the repository
 */
export async function tryStores(
  root: string,
  seeds: readonly number[],
  {
    onVerdict = () => undefined,
    main = join(root, "apps/cli/dist/main.js"),
    isFar,
    isVendors,
    ...limits
  }: TrialOptions = {},
): Promise<Trials> {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-damaged-"));
  try {
    const child = join(folder, "child.mjs");
    await bundleChild(root, child);
    const verdicts: Verdict[] = [];
    let peakBytes = 0;
    while (verdicts.length < seeds.length) {
      const left = seeds.slice(verdicts.length, verdicts.length + SEEDS_PER_CHILD);
      const trials = await runChild(
        [child, join(folder, "stores"), main, MAX_MEMORY, isVendors ? "vendors" : isFar ? "far" : "near"],
        left,
        onVerdict,
        limits,
      );
      if (trials.verdicts.length === 0) throw new Error("the process that tries stores does not start");
      verdicts.push(...trials.verdicts);
      peakBytes = Math.max(peakBytes, trials.peakBytes);
    }
    return { verdicts, peakBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Begun = Pick<Verdict, "seed" | "base" | "role" | "damage">;

function runChild(
  [script, ...args]: readonly string[],
  seeds: readonly number[],
  onVerdict: (verdict: Verdict) => void,
  { mostMilliseconds = MOST_MILLISECONDS, mostBytes = MOST_BYTES }: TrialOptions,
): Promise<Trials> {
  const child = fork(script, [...args, ...seeds.map(String)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const verdicts: Verdict[] = [];
  let peakBytes = 0;
  let current: Begun | undefined;
  let unhandled = "";
  let heard = performance.now();
  let isFull = false;
  const add = (verdict: Verdict) => {
    verdicts.push(verdict);
    onVerdict(verdict);
    current = undefined;
  };
  const wrong = (begun: Begun, detail: string) => {
    const milliseconds = Math.round(performance.now() - heard);
    return { ...begun, outcome: "wrong" as const, detail, milliseconds };
  };
  child.on(
    "message",
    (message: { begins?: Begun; unhandled?: string; verdict?: Verdict; peakBytes?: number }) => {
      if (isFull) return;
      if (message.unhandled) {
        unhandled = message.unhandled;
        return;
      }
      if (message.begins !== undefined) {
        current = message.begins;
        heard = performance.now();
      }
      const { verdict, peakBytes: peak = 0 } = message;
      if (!verdict) return;
      const detail =
        unhandled !== ""
          ? `not handled: ${unhandled}`
          : peak > mostBytes
            ? `${Math.round(peak / 2 ** 20)} MiB of memory`
            : undefined;
      add(detail === undefined ? verdict : { ...verdict, outcome: "wrong", detail });
      unhandled = "";
      peakBytes = Math.max(peakBytes, peak);
      // A peak stays: the next process begins with a low one.
      isFull = peak > mostBytes;
      if (isFull) child.kill("SIGKILL");
    },
  );
  const watch = setInterval(() => {
    if (performance.now() - heard > mostMilliseconds) child.kill("SIGKILL");
  }, 200);
  return new Promise((resolve) =>
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      if (current !== undefined) add(wrong(current, `ended by ${signal ?? `code ${code}`} ${unhandled}`));
      resolve({ verdicts, peakBytes });
    }),
  );
}

async function bundleChild(root: string, outfile: string): Promise<void> {
  const here = join(root, "apps/cli/test/damaged");
  await build({
    entryPoints: [join(here, "child.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    tsconfigRaw: {},
    alias: Object.fromEntries(
      ["core", "simulate", "stores", "io-zarr", "io-h5"].flatMap((name) =>
        ["", "/internal", "/node", "/node/internal"].map((entry) => [
          `@flashdeconv/${name}${entry}`,
          `${join(root, "packages", name, "src")}${entry === "" ? "/index" : entry}.ts`,
        ]),
      ),
    ),
    nodePaths: [join(root, "packages/io-zarr/node_modules"), join(root, "apps/cli/node_modules")],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
}
