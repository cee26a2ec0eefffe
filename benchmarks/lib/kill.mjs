import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Whether a run can be put into a process namespace of its own, as containers are. */
export function hasContainers() {
  try {
    execFileSync("unshare", ["--pid", "--fork", "--kill-child", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs Node with arguments, and kills it when `isTime` says so.
 *
 * @param options.isTime looked at every millisecond, with the milliseconds since the start; never by default
 * @param options.isContained in a process namespace of its own
 * @returns exit code or signal, what was printed, and how long it took
 */
export async function runAndKill(args, { isTime = () => false, isContained = false } = {}) {
  const command = [process.execPath, ...args];
  const contained = ["unshare", "--pid", "--fork", "--kill-child", ...command];
  const [program, ...rest] = isContained ? contained : command;
  const start = performance.now();
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const timer = setInterval(() => {
    if (isTime(performance.now() - start)) child.kill("SIGKILL");
  }, 1);
  const code = await new Promise((resolve) =>
    child.once("close", (status, signal) => resolve(status ?? signal)),
  );
  clearInterval(timer);
  return { code, stdout, stderr, milliseconds: performance.now() - start };
}

/** Whether a commit in place is under way in a store: its journal is there. */
export function isCommitting(store) {
  const staged = readdirSync(store).find((name) => name.startsWith(".flashdeconv-staging-"));
  return staged !== undefined && readdirSync(join(store, staged)).includes("journal.json");
}

/**
 * Makes what a killed run has left look as it does where its process number has been given to another process, as it is in containers
 * that start again: the number is that of a process that lives, the beginning that of none.
 */
export function giveNumberAgain(folder, pid = process.pid) {
  let count = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isFolder = statSync(path).isDirectory();
    const isLock = /(^|\.)lock$|-lock$/.test(name);
    if (isLock && !isFolder) {
      const owner = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...owner, pid, began: "1" }));
      count++;
    }
    const tagged = name.replace(/-(\d+)-\d+t([0-9a-f]{8})$/, `-${pid}-1t$2`);
    if (tagged !== name) {
      renameSync(path, join(folder, tagged));
      count++;
    }
    if (isFolder && (name.endsWith(".zarr") || name.endsWith(".run"))) count += giveNumberAgain(path, pid);
  }
  return count;
}
