import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CACHE, CLI, ROOT } from "../places.mjs";

const REAL = join(ROOT, "../shared/data/real");
/** Real sections, and what share of estimates above .02 their intervals must hold; those of the others are shown. */
const REAL_BARS = {
  "starmap-cortex": 0.85,
  "merfish-hypothalamus-50um": 0.82,
  "osmfish-cortex": 0.84,
  "merfish-hypothalamus": undefined,
  "cerebellum-sim": undefined,
  "rnamix-sortseq-celref": undefined,
};
const DEPTHS = [50, 200, 1000, 5000];
const KINDS = {
  plain: {},
  "platform, overdispersed": { "platform-effect": 0.4, overdispersion: 0.4 },
  rough: { layout: "rough", "platform-effect": 0.3, overdispersion: 0.2 },
};
const SEEDS = [1, 2, 3];

/** Sections with a known truth: simulated ones, of three seeds each, and real ones where they are at hand. */
export function intervalSets() {
  const simulated = DEPTHS.flatMap((depth) =>
    Object.entries(KINDS).map(([kind, options]) => ({
      name: `${depth} counts, ${kind}`,
      places: () => SEEDS.map((seed) => simulate({ depth, seed, ...options })),
    })),
  );
  const real = Object.entries(REAL_BARS)
    .map(([name, leastAbove]) => ({ name, leastAbove, isReal: true, folder: join(REAL, name) }))
    .filter(({ folder }) => existsSync(folder))
    .map(({ folder, ...set }) => ({ ...set, places: () => [placesIn(folder, "truth.csv")] }));
  return [...simulated, ...real];
}

function placesIn(folder, truth) {
  return {
    spatial: join(folder, "spatial.zarr"),
    reference: join(folder, "reference.zarr"),
    truth: join(folder, truth),
  };
}

function simulate(options) {
  const all = { spots: 1600, genes: 2000, types: 12, "cells-per-type": 50, ...options };
  const flags = Object.entries(all).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const folder = join(CACHE, "intervals", flags.join("").replace(/\W+/g, "-"));
  if (!existsSync(folder))
    execFileSync(process.execPath, [CLI, "simulate", folder, ...flags, "--quiet", "--json"]);
  return placesIn(folder, "spatial.zarr");
}
