import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { simulationVersion } from "../data-set.mjs";
import { CACHE, CLI, ROOT } from "../places.mjs";
import { capture } from "./capture.mjs";
import { GIVEN_SETS, simulationFlags } from "./truth-sets.mjs";

const SHARED = join(ROOT, "../shared/data");

/** Simulates a section, or finds it in the cache, which knows it by its options and the built code of the simulation. */
export async function prepareSimulated(name, set, seed) {
  const flags = simulationFlags(set, seed);
  const digest = createHash("sha256").update(flags.join(" ")).update(simulationVersion()).digest("hex");
  const folder = join(CACHE, `accuracy-${digest.slice(0, 16)}`);
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const staging = `${folder}.unfinished`;
    rmSync(staging, { recursive: true, force: true });
    await capture(process.execPath, [CLI, "simulate", staging, ...flags, "--json", "--quiet"]);
    renameSync(staging, folder);
  }
  const spatial = join(folder, "spatial.zarr");
  return {
    name,
    seed,
    spatial,
    reference: join(folder, "reference.zarr"),
    truth: spatial,
    rareType: set["rare-type-fraction"] > 0 ? /^type_0+$/ : undefined,
    peers: [],
  };
}

/** The sets of ../shared/data that are there. */
export function givenSets() {
  return Object.entries(GIVEN_SETS).flatMap(([name, { folder }]) => {
    const path = join(SHARED, folder);
    if (!existsSync(join(path, "truth.csv"))) return [];
    const set = {
      name,
      spatial: join(path, "spatial.zarr"),
      reference: join(path, "reference.zarr"),
      truth: join(path, "truth.csv"),
      peers: peersOf(join(path, "peers")),
    };
    return [set];
  });
}

/** Tables of other methods' predictions: their name is the last part of the file's. */
function peersOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".csv"))
    .sort()
    .map((file) => ({ name: basename(file, ".csv").split("_").at(-1), path: join(folder, file) }));
}
