import { markdownTable } from "./markdown-table.mjs";

export function viewerFrames({ rows }) {
  return markdownTable(
    ["while panning, software GL", "near", "CPU ms a frame", "renderer/GPU process MiB"],
    rows.map(({ what, near, frame_ms: ms, renderer_bytes: renderer, gpu_bytes: gpu }) => {
      return [what, `${near} x`, ms.toFixed(0), `${mebibytes(renderer)}/${mebibytes(gpu)}`];
    }),
  );
}

export function viewerPicture({ first, rows, floors }) {
  const list = (seconds) => seconds.map((one) => one.toFixed(2)).join(" ");
  const rowOf = (what, costs) => [
    what,
    list(costs.map((one) => one.renderer_seconds + one.gpu_seconds)),
    costs.at(-1).requests,
    `${mebibytes(costs.at(-1).renderer_bytes)}/${mebibytes(costs.at(-1).gpu_bytes)}`,
  ];
  return markdownTable(
    ["page, software GL", "CPU s to the first picture", "requests", "renderer/GPU process MiB"],
    [rowOf("empty", floors), rowOf("first of the viewer", [first]), rowOf("those that follow", rows)],
  );
}

export function viewerWide([{ cpu_seconds: cpu, floor_cpu_seconds: floor, panned, steps }]) {
  const frames = panned.map(({ what, renderer_ms: renderer, gpu_ms: gpu }) => [
    `panning, ${what}`,
    `${(renderer + gpu).toFixed(0)} ms a frame`,
    "",
  ]);
  const memory = steps.map(({ what, renderer_bytes: now, renderer_peak_bytes: most, gpu_bytes: gpu }) => [
    what,
    "",
    [now, most, gpu].map(mebibytes).join("/"),
  ]);
  const picture = ["to the first picture", `${cpu.toFixed(2)} s (empty page ${floor.toFixed(2)})`, ""];
  const heads = ["what", "CPU", "renderer/most so far/GPU process MiB"];
  return [markdownTable(heads, [picture, ...frames, ...memory])];
}

/** The page that runs a section, beside the command line with as many workers. */
export function pageRuns(results) {
  const rows = results
    .toSorted((a, b) => a.page.spots - b.page.spots)
    .map(({ page, disk, served }) => [
      page.spots.toLocaleString("en"),
      [page, disk, served].map(({ cpu_seconds: cpu }) => cpu.toFixed(0)).join("/"),
      (page.cpu_seconds / disk.cpu_seconds).toFixed(2),
      [page.renderer_peak_bytes, disk.peak_rss_bytes, served.peak_rss_bytes].map(mebibytes).join("/"),
      `${page.longest_gap_ms.toFixed(0)} ms`,
      page.digest === disk.digest ? "the same" : "OTHER",
    ]);
  const heads = [
    "spots",
    "CPU s in the page/from disk/from the server",
    "page/disk",
    "MiB",
    "page kept waiting",
    "bits",
  ];
  return [markdownTable(heads, rows)];
}

function mebibytes(bytes) {
  return Math.round(bytes / 2 ** 20);
}
