import { readdirSync, readFileSync } from "node:fs";
import { pid as own } from "node:process";

/** Ticks of a second that /proc counts in. */
const TICKS = 100;
const KINDS = ["renderer", "gpu-process"];

/** CPU seconds so far, and resident bytes, of the renderers and the GPU process of browsers that this process started, where there is /proc. */
export function chromiumUsage() {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statOf(name)[1])]),
  );
  const isOurs = (pid) => pid === own || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  const usage = Object.fromEntries(KINDS.map((kind) => [kind, { cpuSeconds: 0, residentBytes: 0 }]));
  for (const pid of parents.keys()) {
    const [, kind] = /--type=([\w-]+)/.exec(textOf(`/proc/${pid}/cmdline`)) ?? [];
    if (!KINDS.includes(kind) || !isOurs(pid)) continue;
    const fields = statOf(pid);
    usage[kind].cpuSeconds += (Number(fields[11]) + Number(fields[12])) / TICKS;
    const resident = /^VmRSS:\s*(\d+)/m.exec(textOf(`/proc/${pid}/status`));
    usage[kind].residentBytes += resident ? Number(resident[1]) * 1024 : 0;
  }
  return usage;
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
