import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CACHE, CLI, ROOT } from "../places.mjs";

export const DATA = join(ROOT, "../shared/data");
const REAL = [
  "starmap-cortex",
  "cerebellum-sim",
  "merfish-hypothalamus-50um",
  "osmfish-cortex",
  "rnamix-sortseq-celref",
  "pdac",
  "lymph-node",
  "heart-66-genes",
];
const DEPTHS = [50, 200, 1000, 5000];
/** Options of simulated sections, by kind. */
export const KINDS = {
  plain: {},
  platform: { "platform-effect": 0.4, overdispersion: 0.4 },
  rough: { layout: "rough", "platform-effect": 0.3, overdispersion: 0.2 },
};

/** Sections with references: real ones where they are at hand, and simulated ones, made where they are not. */
export function scoreSets() {
  const real = REAL.map((name) => ({ name, folder: join(DATA, "real", name) }));
  const golden = { name: "golden", folder: join(DATA, "golden") };
  const simulated = DEPTHS.flatMap((depth) =>
    Object.entries(KINDS).map(([kind, options]) =>
      simulate(`${depth} counts, ${kind}`, { depth, ...options }),
    ),
  );
  return [golden, ...real, ...simulated].filter(({ folder }) => existsSync(folder));
}

/** A section that was simulated with these options, its reference beside it. */
export function simulate(name, options) {
  const folder = join(CACHE, "score", name.replace(/\W+/g, "-"));
  const all = { spots: 1600, genes: 2000, types: 12, "cells-per-type": 50, seed: 1, ...options };
  const flags = Object.entries(all).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  if (!existsSync(folder))
    execFileSync(process.execPath, [CLI, "simulate", folder, ...flags, "--quiet", "--json"]);
  return { name, folder };
}
