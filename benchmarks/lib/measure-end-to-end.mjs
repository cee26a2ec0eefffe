import { rmSync } from "node:fs";
import { join } from "node:path";
import { findPeer } from "./find-peer.mjs";
import { median } from "./median.mjs";
import { FLOOR, PEER } from "./places.mjs";
import { knownWorkers, proportionsDigest, runArguments, runFigures } from "./run-command.mjs";
import { runMeasured, runNode } from "./run-measured.mjs";

/** Passes of the floor: the run reads its section twice. */
const PASSES = 2;

/**
 * Floor, run and, if asked for, peer on one data set, in turn, `repeat` times.
 *
 * @returns all rounds, and their medians (of memory the greatest)
 */
export async function measureEndToEnd(data, { repeat, workers: wanted, runOptions, peer, keep }) {
  const { workers, flags } = knownWorkers(wanted);
  const out = join(data.folder, "result.zarr");
  const peerVersion = peer ? findPeer() : undefined;
  const rounds = [];
  try {
    for (let round = 0; round < repeat; round++) {
      const floor = await runNode([
        FLOOR,
        data.spatial,
        "--workers",
        String(workers),
        "--passes",
        String(PASSES),
      ]);
      const run = await runNode(runArguments(data, out, [...flags, ...runOptions]));
      const measured = {
        floor: { ...floor.usage, seconds_within: floor.output.seconds },
        run: { ...run.usage, ...runFigures(run.output), proportions: proportionsDigest(out) },
        peer: peerVersion && (await runPeer(data)),
      };
      rounds.push(measured);
      tell(round, measured);
    }
  } finally {
    if (!keep) rmSync(out, { recursive: true, force: true });
  }
  return {
    workers,
    passes_of_floor: PASSES,
    peer: peer ? (peerVersion ?? "absent: python3 cannot import flashdeconv") : "not asked for",
    summary: summarize(rounds, data.facts.spots),
    rounds,
  };
}

function summarize(rounds, spots) {
  const over = (pick) => median(rounds.map(pick));
  const hasPeer = rounds[0].peer !== undefined;
  return {
    wall_seconds: over(({ run }) => run.wall_seconds),
    cpu_seconds: over(({ run }) => run.cpu_seconds),
    peak_rss_bytes: Math.max(...rounds.map(({ run }) => run.peak_rss_bytes)),
    planned_bytes: rounds[0].run.memory?.total_bytes,
    bytes_read: rounds[0].run.bytes_read,
    spots_per_second: spots / over(({ run }) => run.wall_seconds),
    stage_seconds: medianStages(rounds.map(({ run }) => run.resources?.stages ?? {})),
    floor_seconds: over(({ floor }) => floor.wall_seconds),
    ratio_to_floor: over(({ run, floor }) => run.wall_seconds / floor.wall_seconds),
    peer_seconds: hasPeer ? over(({ peer }) => peer.seconds) : null,
    peer_peak_rss_bytes: hasPeer ? Math.max(...rounds.map(({ peer }) => peer.peak_rss_bytes)) : null,
    ratio_to_peer: hasPeer ? over(({ run, peer }) => run.wall_seconds / peer.seconds) : null,
    sweeps: rounds[0].run.sweeps,
    converged: rounds.every(({ run }) => run.converged),
    same_bits: new Set(rounds.map(({ run }) => run.proportions)).size === 1,
  };
}

function medianStages(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((stage) => [
      stage,
      median(rounds.map((stages) => stages[stage].wall_seconds)),
    ]),
  );
}

async function runPeer({ spatial, reference }) {
  const { output, usage } = await runMeasured("python3", [PEER, spatial, reference]);
  return { ...usage, ...output };
}

function tell(round, { floor, run, peer }) {
  const seconds = (value) => `${value.toFixed(2)} s`;
  const parts = [
    `floor ${seconds(floor.wall_seconds)}`,
    `run ${seconds(run.wall_seconds)} (${(run.wall_seconds / floor.wall_seconds).toFixed(2)} x)`,
    `${Math.round(run.peak_rss_bytes / 2 ** 20)} MiB`,
  ];
  if (peer) parts.push(`peer ${seconds(peer.seconds)}`);
  console.error(`round ${round + 1}: ${parts.join(", ")}`);
}
