import { markdownTable } from "./markdown-table.mjs";

/** Sections of Stereo-seq that were converted: what it took, and what lay on scratch. */
export function stereo(results) {
  const mebibytes = (bytes) => Math.round(bytes / 2 ** 20).toLocaleString("en");
  return markdownTable(
    [
      "input",
      "records",
      "bin",
      "spots",
      "wall/CPU s",
      "million records per CPU s",
      "peak MiB",
      "scratch MiB/left",
    ],
    results.flatMap(({ options, runs }) =>
      runs.map((run) => [
        run.format,
        options.records.toLocaleString("en"),
        run.bin,
        run.spots.toLocaleString("en"),
        `${run.wall_seconds.toFixed(0)}/${run.cpu_seconds.toFixed(0)}`,
        (run.records_per_cpu_second / 1e6).toFixed(2),
        mebibytes(run.peak_rss_bytes),
        `${mebibytes(run.scratch_bytes_at_most)}/${run.scratch_files_left}`,
      ]),
    ),
  );
}
