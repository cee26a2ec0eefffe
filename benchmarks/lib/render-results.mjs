import { markdownTable } from "./markdown-table.mjs";
import { stages } from "./render-stages.mjs";
import { stereo } from "./render-stereo.mjs";
import { pageRuns, viewerFrames, viewerPicture, viewerWide } from "./render-viewer.mjs";

/** Where damaged stores lay. */
const PLACES = { http: "behind http", "vendors' folders": "vendors' folders" };

/** Results that are the same however busy the machine is. */
const QUALITY_KINDS = ["real-sections"];

/** All results as sections of Markdown, by kind. Deterministic: only the results' content and order matter. */
export function renderResults(results) {
  const of = (kind) => results.filter((result) => result.kind === kind);
  const machines = results.filter(({ machine }) => machine).map(describeMachine);
  const usual = mostFrequent(machines);
  const section = (...rest) => sectionOf(usual, ...rest);
  const parts = [
    usual ? `Measured on ${usual}, unless another machine is named.\n` : "",
    section("End to end", of("end-to-end"), (list) => [endToEnd(list)]),
    section("Against an earlier commit, by turns", of("pairs"), (list) => [pairs(list)]),
    section("In stages", of("stages"), (list) => [stages(list)]),
    ...of("scaling").map((result) => section(`Scaling: ${result.name}`, [result], () => scaling(result))),
    ...of("profile").map((result) => section(`Profile: ${result.name}`, [result], () => profile(result))),
    section("Solved again from kept statistics", of("resolve"), (list) => [resolve(list)]),
    section("The solver by itself", of("solver"), solvers),
    section("Same bits", of("same-bits"), (list) => [sameBits(list)]),
    section("Interrupts", of("interrupt"), (list) => [interrupts(list)]),
    section("Damaged stores", of("fuzz"), (list) => [damagedStores(list)]),
    section("Behind a network", of("far-store"), (list) => [farStores(list)]),
    section("Sorted first", of("stereo"), (list) => [stereo(list)]),
    ...of("shards").map((result) => section(`Shards: ${result.name}`, [result], shards)),
    section("Bins of Visium HD", of("hd-bins"), (list) => [hdBins(list)]),
    section("Frames of the viewer", of("viewer-frames"), (list) => list.map(viewerFrames)),
    section("First picture of the viewer", of("viewer-first-picture"), (list) => list.map(viewerPicture)),
    ...of("viewer-wide").map((result) =>
      section(`The viewer with ${(result.options.side ** 2 / 1e6).toFixed(0)} M bins`, [result], viewerWide),
    ),
    section("A run in a page", of("page-run"), pageRuns),
    section("Kills", of("kills"), (list) => list.map(kills)),
    section("Sections on Slurm", of("cluster"), (list) => [cluster(list)]),
    section("Real sections", of("real-sections"), (list) => list.map(realSections)),
  ].filter(Boolean);
  return parts.length === 0 ? "No results yet.\n" : parts.join("\n");
}

function sectionOf(usual, title, results, tables) {
  if (results.length === 0) return "";
  return [`### ${title}`, ...tables(results), ...describeMachines(results, usual)].join("\n\n").concat("\n");
}

/** A line per machine: of what days its results are, and how busy it was. */
function describeMachines(results, usual) {
  const machines = unique(results.map(describeMachine));
  return machines.map((machine) => {
    const own = results.filter((result) => describeMachine(result) === machine);
    const days = own.map(({ made }) => made.slice(0, 10)).sort();
    const loads = own
      .filter(({ kind, machine: { load } }) => !QUALITY_KINDS.includes(kind) && load > 0.5)
      .map(({ machine: { load } }) => load)
      .sort((a, b) => a - b);
    return `${machine === usual ? "" : `${machine}, `}${range(days)}${loads.length > 0 ? `, **busy (load ${range(loads)})**` : ""}.`;
  });
}

function range(sorted) {
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

function describeMachine({ machine: { cpu, cores, memory_bytes: memory, node } }) {
  const gib = memory === undefined ? "" : `, ${Math.round(memory / 2 ** 30)} GiB`;
  return `${cpu}, ${cores} cores${gib}, Node ${node.slice(1)}`;
}

function pairs(results) {
  const side = ({ wall_seconds: wall, cpu_seconds: cpu, peak_rss_bytes: peak }) =>
    `${seconds(wall)}/${seconds(cpu)} s, ${Math.round(peak / 2 ** 20)} MiB`;
  return markdownTable(
    ["result", "before", "method", "before: wall/CPU, peak", "now", "ratio of walls"],
    results.flatMap(({ name, before: commit, results: all }) =>
      all.map(({ method, ratio, before, now }) => [
        `\`${name}\``,
        commit.slice(0, 9),
        `\`${method}\``,
        side(before),
        side(now),
        ratio.toFixed(2),
      ]),
    ),
  );
}

function endToEnd(results) {
  const names = unique(results.flatMap(({ summary }) => Object.keys(summary.stage_seconds)));
  const stage = (summary, name) =>
    summary.stage_seconds[name] === undefined ? "-" : seconds(summary.stage_seconds[name]);
  return markdownTable(
    [
      "result",
      "spots",
      "workers",
      ...USAGE,
      "floor s",
      "x floor",
      "peer s",
      "peer / run",
      "sweeps",
      `seconds of ${names.join("/")}`,
    ],
    bySpots(results).map(({ name, data, workers, summary }) => [
      `\`${name}\``,
      count(data.spots),
      workers,
      ...usage(summary),
      seconds(summary.floor_seconds),
      summary.ratio_to_floor.toFixed(2),
      summary.peer_seconds === null ? "-" : seconds(summary.peer_seconds),
      summary.ratio_to_peer === null ? "-" : (1 / summary.ratio_to_peer).toFixed(1),
      sweeps(summary),
      names.map((one) => stage(summary, one)).join("/"),
    ]),
  );
}

function scaling({ points, same_bits_for_any_workers: sameBits }) {
  const table = markdownTable(
    ["spots", "types", "depth", "workers", ...USAGE, "us per spot", "x floor", "sweeps"],
    points.map(({ data, workers, summary }) => [
      count(data.spots),
      data.types,
      data.depth,
      workers,
      ...usage(summary),
      ((1e6 * summary.wall_seconds) / data.spots).toFixed(1),
      summary.ratio_to_floor.toFixed(2),
      sweeps(summary),
    ]),
  );
  return [table, `Proportions with other workers: ${sameBits ? "the same bits" : "**other bits**"}.`];
}

function profile({ data, threads, busy_seconds: busy, waiting_seconds: waiting, packages, functions }) {
  const row = (entry) => [seconds(entry.seconds), `${(100 * entry.share).toFixed(1)} %`];
  return [
    `${count(data.spots)} spots, ${threads} thread${threads === 1 ? "" : "s"}: ${seconds(busy)} s busy, ${seconds(waiting)} s waiting.`,
    markdownTable(
      ["package", "self s", "share"],
      packages.map((entry) => [entry.package, ...row(entry)]),
    ),
    markdownTable(
      ["function", "package", "self s", "share"],
      functions.map((entry) => [`\`${entry.function}\``, entry.package, ...row(entry)]),
    ),
  ];
}

function resolve(results) {
  return markdownTable(
    ["result", "spots", "lambda", "wall/CPU s", "full run s", "peak/planned MiB", "bits"],
    bySpots(results).map(({ name, data, lambda, summary }) => [
      `\`${name}\``,
      count(data.spots),
      lambda,
      `${seconds(summary.wall_seconds)}/${seconds(summary.cpu_seconds)}`,
      seconds(summary.full_seconds),
      memory(summary),
      bits(summary.same_bits),
    ]),
  );
}

/** A row per result, a column per strength. Errors are against a solution at 1e-9. */
function solvers(results) {
  const strengths = unique(results.flatMap((result) => result.results.map(({ lambda }) => lambda)));
  const numbers = (one) =>
    [
      one.sweeps,
      seconds(one.cpu_us_per_spot),
      one.largest_error.toExponential(1),
      one.estimate.toExponential(1),
    ].join("/");
  return [
    "By lambda of the article: sweeps / CPU us per spot / largest error / estimated error.",
    markdownTable(
      ["one thread", ...strengths],
      results.map(({ options: { spotCount, typeCount, blend }, results: own }) => {
        const alike = blend > 0 ? `, five pairs ${blend} alike` : "";
        return [
          `${count(spotCount)} spots, ${typeCount} types${alike}`,
          ...strengths.map((strength) => {
            const one = own.find(({ lambda }) => lambda === strength);
            return one ? numbers(one) : "-";
          }),
        ];
      }),
    ),
  ];
}

function sameBits(results) {
  return markdownTable(
    ["result", "spots", "options", "runs", "Node", "variants", "bits"],
    bySpots(results).map(({ name, data, run_options: options, rounds, same_bits: isSame }) => [
      `\`${name}\``,
      count(data.spots),
      options || "-",
      rounds.length,
      unique(rounds.map(({ node }) => node.slice(1))).join(", "),
      unique(rounds.map(({ flags }) => flags)).length,
      bits(isSame),
    ]),
  );
}

function interrupts(results) {
  return markdownTable(
    ["result", "spots", "options", "interrupted", "most ms until exit", "exit codes", "files left"],
    bySpots(results).map(({ name, data, run_options: options, interrupted, greatest_ms: most, rounds }) => {
      const stopped = rounds.filter(({ code }) => code !== 0);
      return [
        `\`${name}\``,
        count(data.spots),
        options || "-",
        interrupted,
        most,
        unique(stopped.map(({ code }) => code)).join(", "),
        stopped.reduce((sum, { left }) => sum + left.length, 0),
      ];
    }),
  );
}

function hdBins(results) {
  const rows = results.map(({ options, pooled_bins: pooled, scratch_bytes: scratch, usage }) => [
    `${options.bins / 1e6} M of 2 um`,
    `${pooled} of ${options.bin.replace("um", " um")}`,
    `${((options.bins * options.genes_per_bin) / 1e6).toFixed(0)} M`,
    usage.cpu_seconds.toFixed(0),
    usage.wall_seconds.toFixed(0),
    Math.round(usage.peak_rss_bytes / 2 ** 20),
    (scratch / 1e9).toFixed(1),
  ]);
  return markdownTable(
    ["bins", "added up to", "values", "CPU s", "wall s", "memory MiB", "scratch GB, removed"],
    rows,
  );
}

function damagedStores(results) {
  const told = (counts) =>
    ["refused", "same", "changed", "wrong"].map((outcome) => count(counts[outcome] ?? 0));
  return markdownTable(
    [
      "where",
      "damaged stores",
      "refused with a tagged error",
      "same result",
      "result of what it now holds",
      "wrong",
      "longest ms",
      "peak MiB",
    ],
    results.map(({ place, seeds, outcomes, greatest_ms: longest, peak_rss_bytes: peak }) => [
      PLACES[place] ?? "on the disk",
      count(seeds.count),
      ...told(outcomes),
      count(longest),
      mebibytes(peak),
    ]),
  );
}

function farStores(results) {
  return markdownTable(
    [
      "result",
      "spots",
      "workers",
      "s on the disk/with latency",
      "ratio",
      "requests/with faults",
      "ratio",
      "count bytes per pass / stored",
      "peak/planned MiB",
      "bits",
    ],
    bySpots(results).map(({ name, data, workers, latency_milliseconds: latency, summary }) => [
      `\`${name}\``,
      count(data.spots),
      workers,
      `${seconds(summary.local_seconds)}/${seconds(summary.latency_seconds)} (${latency} ms)`,
      summary.ratio_to_local.toFixed(2),
      `${count(summary.requests)}/${count(summary.requests_with_faults)}`,
      summary.ratio_of_requests.toFixed(2),
      summary.ratio_of_bytes.toFixed(3),
      memory(summary),
      bits(summary.same_bits),
    ]),
  );
}

function shards([result]) {
  const { data, workers, shard_decoded_bytes: decoded, latency_milliseconds: latency, unsharded } = result;
  const row = (label, one, size) => [
    `${label}, ${one.place === "http" ? `http, ${latency} ms` : "disk"}`,
    size,
    seconds(one.wall_seconds),
    memory(one),
    one.ratio_of_bytes.toFixed(3),
    bits(one.digest === unsharded.digest),
  ];
  return [
    `${count(data.spots)} spots, ${workers} workers, shards of ${mebibytes(decoded)} MiB when decoded.`,
    markdownTable(
      ["inner chunks", "largest shard MB", "wall s", "peak/planned MiB", "bytes per pass / stored", "bits"],
      [
        row("not sharded", unsharded, "-"),
        ...result.cases.map((one) =>
          row(one.codec, one, count(Math.round(Math.max(...one.shard_bytes) / 1e6))),
        ),
      ],
    ),
  ];
}

function kills({ modes, loops }) {
  const isGood = ({ codes, same_bits, half_written, found_done, left }) =>
    codes.every((code) => code === 0) && same_bits && found_done && !half_written && left.length === 0;
  return markdownTable(
    [
      "runs",
      "whole ms",
      "loops: all/ended well/from kept pieces",
      "kills: all/number given again/in a commit in place",
    ],
    modes.map(({ mode, whole_ms: whole }) => {
      const own = loops.filter((loop) => loop.mode === mode);
      const kinds = own.flatMap((loop) => loop.kills.map(({ kind }) => kind));
      const having = (text) => kinds.filter((kind) => kind.includes(text)).length;
      const resumed = own.filter((loop) => loop.resumed_pieces > 0).length;
      return [
        mode,
        count(whole),
        `${own.length}/${own.filter(isGood).length}/${resumed}`,
        `${kinds.length}/${having("given again")}/${having("commit")}`,
      ];
    }),
  );
}

function cluster(results) {
  const killed = (kinds) =>
    Object.entries(kinds)
      .map(([kind, times]) => `${times} ${kind}`)
      .join(", ");
  return markdownTable(
    [
      "result",
      "sections/spots",
      "pieces",
      "jobs/starts of the workflow",
      "killed",
      "sections with other bits",
      "jobs above their memory",
      "greatest share of it",
    ],
    results.flatMap(({ name, sections, rounds }) =>
      rounds.map((round) => [
        name,
        `${sections.length}/${count(sections.reduce((sum, spots) => sum + spots, 0))}`,
        round.pieces,
        `${round.jobs}/${round.starts.length}`,
        round.ballast_mb
          ? `by Slurm, each process holding ${round.ballast_mb} MiB more than planned; ${round.again_with_more.jobs} tried again with more`
          : killed(round.kills) || "-",
        round.differing.length,
        round.over_limit,
        `${Math.round(100 * round.greatest_share_of_limit)} %`,
      ]),
    ),
  );
}

function realSections({ results }) {
  const score = (value) => (value === undefined ? "-" : value.toFixed(4));
  return markdownTable(
    ["section", "spots/types/genes used", "Pearson", "RMSE", "published optimum (Pearson)", "sweeps"],
    results.map(({ name, run, scores, published }) => [
      name,
      `${count(run.spot_count)}/${run.type_count}/${count(run.gene_count)}`,
      score(scores?.pearson),
      score(scores?.rmse),
      score(published),
      sweeps(run),
    ]),
  );
}

const USAGE = ["wall/CPU s", "peak/planned MiB", "read MB"];

function usage(summary) {
  const { wall_seconds: wall, cpu_seconds: cpu, bytes_read: read } = summary;
  return [
    `${seconds(wall)}/${seconds(cpu)}`,
    memory(summary),
    read === null ? "-" : count(Math.round(read / 1e6)),
  ];
}

function memory({ peak_rss_bytes: peak, planned_bytes: planned }) {
  return `${mebibytes(peak)}/${planned ? mebibytes(planned) : "-"}`;
}

function bits(isSame) {
  return isSame ? "same" : "**other**";
}

/** Number of sweeps, and whatever else would make a timing worthless. */
function sweeps({ sweeps: done, converged, same_bits: sameBits }) {
  return [done, converged ? "" : "not converged", sameBits === false ? "**bits differ**" : ""]
    .filter((part) => part !== "")
    .join(", ");
}

function mebibytes(bytes) {
  return Math.round(bytes / 2 ** 20);
}

function bySpots(results) {
  return [...results].sort((a, b) => a.data.spots - b.data.spots);
}

function mostFrequent(list) {
  const times = (one) => list.filter((other) => other === one).length;
  return unique(list).sort((a, b) => times(b) - times(a))[0];
}

function unique(list) {
  return [...new Set(list)];
}

function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

/** Three digits, which is more than timings repeat to. */
function seconds(value) {
  return value >= 100
    ? value.toFixed(0)
    : value.toPrecision(Math.max(1, value < 0.01 ? 1 : value < 1 ? 2 : 3));
}
