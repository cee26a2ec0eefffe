import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchMemory } from "./watch-memory.mjs";

const REPORT_USAGE = new URL("report-usage.mjs", import.meta.url).href;

/** Runs a program of Node and measures it. `args`: options of Node, script, arguments. */
export function runNode(args) {
  return runMeasured(process.execPath, ["--import", REPORT_USAGE, ...args]);
}

/**
 * Runs a program that prints one JSON object, from start to exit.
 *
 * @returns `output`: that object; `usage`: wall and CPU seconds, peak resident memory of the process tree, bytes read (by
 * system calls; of them from disk), the last ones null where the program or the system does not tell
 * @throws Error with the program's words where it fails
 */
export async function runMeasured(program, args) {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-bench-"));
  const usageFile = join(folder, "usage.json");
  try {
    const start = performance.now();
    const child = spawn(program, args, {
      env: { ...process.env, BENCH_USAGE_FILE: usageFile },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stopWatch = watchMemory(child.pid);
    const { code, stdout, stderr, end } = await ended(child).finally(stopWatch);
    const wall = (end - start) / 1000;
    if (code !== 0) {
      throw new Error(`${program} ${args.join(" ")} ended with ${code}.\n${stderr}${stdout}`);
    }
    const reported = JSON.parse(readFileSync(usageFile, "utf8"));
    const peak = Math.max(stopWatch(), reported.peak_rss_bytes);
    return { output: JSON.parse(stdout), usage: { wall_seconds: wall, ...reported, peak_rss_bytes: peak } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ended(child) {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    let end = 0;
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("exit", () => {
      end = performance.now();
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, stdout, stderr, end }));
  });
}
