import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { ROOT } from "./places.mjs";

/** When, where and on which code a measurement is made. */
export function circumstances() {
  const [load] = loadavg();
  return {
    made: new Date().toISOString(),
    commit: git("rev-parse", "HEAD"),
    // Code or data of the program that no commit holds; other results do not matter.
    uncommitted_changes: git("status", "--porcelain", "--", ".", ":!benchmarks/results") !== "",
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memory_bytes: totalmem(),
      system: `${process.platform} ${process.arch}`,
      node: process.version,
      v8: process.versions.v8,
      // Processes that wanted a core in the minute before.
      load: Number(load.toFixed(2)),
    },
  };
}

function git(...args) {
  try {
    return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}
