import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who works somewhere, as others are told. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells machines, and containers of one machine, apart. */
  readonly machine: string;
  /** When the process began, in the kernel's count: another process of the same number began at another time. */
  readonly began: string | undefined;
  /** When this was written, ISO 8601. */
  readonly since: string;
  readonly id: string;
}

export function thisOwner(): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    machine: machine(),
    began: beginning(process.pid),
    since: new Date().toISOString(),
    id: randomBytes(8).toString("hex"),
  };
}

/** Whether the owner has surely ended: it ran on this machine and its process is gone. */
export function isGone({ pid, machine: where, began }: Owner): boolean {
  if (where !== machine()) return false;
  return !isRunning(pid) || (began !== undefined && beginning(pid) !== began);
}

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
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Ended, and only not yet taken note of by its parent. */
function isZombie(pid: number): boolean {
  return statFields(pid)?.[0] === "Z";
}

/** Ticks from the start of the machine to that of the process; undefined where the system does not tell. */
function beginning(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** What /proc tells of a process, from its state on; the name before it may hold anything. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
