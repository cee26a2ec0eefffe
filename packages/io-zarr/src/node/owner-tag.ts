import { createHash, randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * A name part for temporary folders that tells whose they are: machine, process, and a random end. A later run can so
 * tell what a killed run left behind from what a run that is still going on needs.
 */
export function ownerTag(): string {
  return `${machine()}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** Whether the run that made the tag has surely ended: it ran on this machine and its process is gone. */
export function isAbandoned(tag: string): boolean {
  const [owner, pid] = tag.split("-");
  return owner === machine() && /^\d+$/.test(pid ?? "") && !isRunning(Number(pid));
}

/** Containers may share a name; their process numbers mean nothing to each other. */
function machine(): string {
  return createHash("sha256")
    .update(hostname() + processNamespace())
    .digest("hex")
    .slice(0, 8);
}

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // Not on Linux.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
