// Loaded before a measured program (node --import): as that ends, writes what it has used to the file that
// BENCH_USAGE_FILE names. Nothing can be asked of a process that has gone.
import { readFileSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const { BENCH_USAGE_FILE: file } = process.env;

if (isMainThread && file) {
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = {
      cpu_seconds: (userCPUTime + systemCPUTime) / 1e6,
      // The kernel counts what the parent held at the fork into maxRSS; VmHWM is this program's own.
      peak_rss_bytes: kibibytes("/proc/self/status", "VmHWM") ?? maxRSS * 1024,
      bytes_read: number("/proc/self/io", "rchar"),
      bytes_read_from_disk: number("/proc/self/io", "read_bytes"),
    };
    writeFileSync(file, JSON.stringify(usage));
  });
}

function kibibytes(path, field) {
  const count = number(path, field);
  return count === null ? undefined : count * 1024;
}

/** The number behind `field:` in one of the kernel's files; null where there is no such file. */
function number(path, field) {
  try {
    const match = new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(readFileSync(path, "utf8"));
    return match ? Number(match[1]) : null;
  } catch {
    return null;
  }
}
