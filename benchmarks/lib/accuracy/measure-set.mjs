import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLI, PEER } from "../places.mjs";
import { capture } from "./capture.mjs";

/**
 * Every method, every strength of their families and every peer on one section.
 *
 * @returns methods, curves and peers with their scores; `strength` is what a method used
 */
export async function measureSet(set, { methods, families, curves, python }) {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-accuracy-"));
  try {
    const names = Object.keys(families).filter(
      (name) => curves.includes(name) && methods.some(({ family }) => family === name),
    );
    const drawn = [];
    for (const name of names) drawn.push(await measureFamily(set, name, families[name], folder));
    const measured = [];
    for (const method of methods) {
      const unsmoothed = names.includes(method.family) ? unsmoothedOf(method.family, folder) : undefined;
      measured.push(await measureMethod(set, method, folder, unsmoothed));
    }
    const peers = [];
    for (const { name, path } of set.peers) peers.push({ name, scores: await scoresOf(set, path) });
    if (python) {
      const table = join(folder, "python.csv");
      await capture("python3", [PEER, set.spatial, set.reference, table]);
      peers.push({ name: `flashdeconv ${python} (Python)`, scores: await scoresOf(set, table) });
    }
    return { seed: set.seed, methods: measured, curves: drawn, peers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the result of a family without smoothing is kept, which has no answer for spots without counts. */
function unsmoothedOf(family, folder) {
  return join(folder, `unsmoothed-${family}.zarr`);
}

async function measureMethod(set, { name, flags, family }, folder, unsmoothed) {
  const out = join(folder, "result.zarr");
  const run = await runOn(set, out, flags);
  return {
    name,
    family,
    strength: strengthOf(run),
    converged: run.converged,
    wall_seconds: run.resources?.wall_seconds,
    scores: await scoresOf(set, out),
    // Regret is a matter of the spots that every strength answers.
    ...(unsmoothed && { shared_scores: await scoresOf(set, out, unsmoothed) }),
  };
}

async function measureFamily(set, name, family, folder) {
  const { flags, option, factors, values, solve } = family;
  const out = join(folder, "result.zarr");
  const statistics = join(folder, "statistics.zarr");
  const first =
    solve || factors
      ? await runOn(set, out, solve ? [...flags, "--save-stats", statistics] : flags)
      : undefined;
  const scale = factors ? strengthOf(first) : 1;
  const points = [];
  const unsmoothed = unsmoothedOf(name, folder);
  for (const step of factors ?? values) {
    if (step !== 0 && points.length === 0) throw new Error(`the strengths of ${name} do not begin with 0`);
    const store = step === 0 ? unsmoothed : out;
    const given = without(flags, option).concat(option, String(step * scale));
    if (solve) await again(statistics, store, [option, String(step * scale)]);
    else await runOn(set, store, given);
    points.push({ step, strength: step * scale, scores: await scoresOf(set, store, unsmoothed) });
  }
  return {
    family: name,
    option,
    steps_are: factors ? "multiples of the published rule" : "strengths",
    points,
  };
}

/** Flags without an option and its value. */
function without(flags, option) {
  const at = flags.indexOf(option);
  return at < 0 ? flags : [...flags.slice(0, at), ...flags.slice(at + 2)];
}

/** Accuracy is the same for any number of workers; one leaves the other cores to the other sets. */
function runOn({ spatial, reference }, out, flags) {
  const places = [spatial, "--reference", reference, "--out", out, "--overwrite"];
  return capture(process.execPath, [CLI, "run", ...places, ...flags, "--workers", "1", "--json", "--quiet"]);
}

function again(statistics, out, flags) {
  const places = [statistics, "--out", out, "--overwrite"];
  return capture(process.execPath, [CLI, "solve", ...places, ...flags, "--json", "--quiet"]);
}

function strengthOf({ smoothing_used: smoothing, lambda_used: lambda }) {
  return smoothing ?? lambda ?? null;
}

/** @param spotsOf only spots that this result answers too count */
async function scoresOf({ truth, rareType }, path, spotsOf) {
  const found = await capture(process.execPath, [
    CLI,
    "evaluate",
    path,
    "--truth",
    truth,
    ...(spotsOf === undefined ? [] : ["--spots-of", spotsOf]),
    "--json",
    "--quiet",
  ]);
  const rare = rareType && found.cell_types.find(({ name }) => rareType.test(name));
  return {
    spot_count: found.spot_count,
    pearson: found.pearson,
    mean_pearson_per_type: found.mean_pearson_per_type,
    rmse: found.rmse,
    jensen_shannon_divergence: found.jensen_shannon_divergence,
    mean_aupr: found.mean_aupr,
    dominant_type_agreement: found.dominant_type_agreement,
    ...(rare && { rare_type_aupr: rare.aupr }),
  };
}
