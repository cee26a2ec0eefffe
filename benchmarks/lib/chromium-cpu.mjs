import { readdirSync, readFileSync } from "node:fs";
import { pid as own } from "node:process";

/** Ticks of a second that /proc counts in. */
const TICKS = 100;
const LOOK_MILLISECONDS = 200;
const KINDS = ["renderer", "gpu-process"];

/**
 * CPU seconds so far, and resident bytes, of the renderers and the GPU process of browsers that this process started, where there is /proc.
 * `largestBytes` are those of the largest process of its kind.
 */
export function chromiumUsage() {
  const none = { cpuSeconds: 0, residentBytes: 0, largestBytes: 0 };
  const usage = Object.fromEntries(KINDS.map((kind) => [kind, { ...none }]));
  for (const pid of descendants()) {
    const [, kind] = /--type=([\w-]+)/.exec(textOf(`/proc/${pid}/cmdline`)) ?? [];
    if (!KINDS.includes(kind)) continue;
    usage[kind].cpuSeconds += cpuSecondsOf(pid);
    const resident = residentBytesOf(pid);
    usage[kind].residentBytes += resident;
    usage[kind].largestBytes = Math.max(usage[kind].largestBytes, resident);
  }
  return usage;
}

/**
 * Looks a few times a second at the largest renderer: the peak that the system keeps is reset by the browser itself.
 *
 * @returns peak(): the most bytes that one held so far; stop()
 */
export function watchRenderers() {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, chromiumUsage().renderer.largestBytes);
  };
  const timer = setInterval(look, LOOK_MILLISECONDS);
  return { peak: () => peak, stop: () => clearInterval(timer) };
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

function residentBytesOf(pid) {
  const [, kibibytes = "0"] = /^VmRSS:\s*(\d+)/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
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
