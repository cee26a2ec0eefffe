import { readdirSync, readFileSync } from "node:fs";

const INTERVAL_MILLISECONDS = 200;

/**
 * Looks at a process and all its descendants a few times a second, where there is /proc.
 *
 * @returns stop(): ends the watch and gives the greatest sum of their resident memory in bytes, 0 where nothing was seen
 */
export function watchMemory(pid) {
  let peak = 0;
  const look = () => {
    peak = Math.max(
      peak,
      processTree(pid).reduce((sum, member) => sum + residentBytes(member), 0),
    );
  };
  const timer = setInterval(look, INTERVAL_MILLISECONDS);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

function processTree(pid) {
  const children = threadsOf(pid).flatMap((thread) =>
    textOf(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function residentBytes(pid) {
  const match = /^VmRSS:\s*(\d+)/m.exec(textOf(`/proc/${pid}/status`));
  return match ? Number(match[1]) * 1024 : 0;
}

/** The text of a file, "" where it is gone with its process. */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
