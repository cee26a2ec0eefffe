import { readdirSync, readFileSync } from "node:fs";
import { pid as own } from "node:process";

/** Ticks of a second that /proc counts in. */
const TICKS = 100;
const KINDS = ["renderer", "gpu-process"];

/**
 * CPU seconds so far, and resident bytes, of the renderers and the GPU process of browsers that this process started, where there is /proc.
 * `largestBytes` are those of the largest process of its kind, `peakBytes` the most that it ever had.
 */
export function chromiumUsage() {
  const none = { cpuSeconds: 0, residentBytes: 0, largestBytes: 0, peakBytes: 0 };
  const usage = Object.fromEntries(KINDS.map((kind) => [kind, { ...none }]));
  for (const pid of descendants()) {
    const [, kind] = /--type=([\w-]+)/.exec(textOf(`/proc/${pid}/cmdline`)) ?? [];
    if (!KINDS.includes(kind)) continue;
    usage[kind].cpuSeconds += cpuSecondsOf(pid);
    const status = textOf(`/proc/${pid}/status`);
    const resident = bytesIn(status, "VmRSS");
    usage[kind].residentBytes += resident;
    if (resident <= usage[kind].largestBytes) continue;
    usage[kind].largestBytes = resident;
    usage[kind].peakBytes = bytesIn(status, "VmHWM");
  }
  return usage;
}

/** CPU seconds so far of all processes of browsers that this process started, those that keep files and fetch too. */
export function browserCpuSeconds() {
  const pids = descendants().filter((pid) => /chrom/.test(textOf(`/proc/${pid}/cmdline`)));
  return pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
}

function descendants() {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statOf(name)[1])]),
  );
  const isOurs = (pid) => pid > 1 && (parents.get(pid) === own || isOurs(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isOurs);
}

function cpuSecondsOf(pid) {
  const fields = statOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

function bytesIn(status, name) {
  const [, kibibytes = "0"] = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status) ?? [];
  return 1024 * Number(kibibytes);
}

/** What follows the name in /proc/PID/stat: state, parent, ... */
function statOf(pid) {
  const text = textOf(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** The text of a file, "" where it is gone with its process. */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
