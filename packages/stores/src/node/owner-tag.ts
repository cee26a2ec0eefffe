import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who works somewhere, as others are told. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells apart machines, starts of one machine, and containers (process namespaces) of one machine. */
  readonly machine: string;
  /** When the process began, in the kernel's count: another process of the same number began at another time. */
  readonly began: string | undefined;
  /** When this was written, ISO 8601. */
  readonly since: string;
  readonly id: string;
  /** Seconds between two signs of life; undefined for owners that give none. */
  readonly beatSeconds?: number;
}

/** "unknown" where the owner's process cannot be seen from here: another machine or container, or one that was started anew. */
export type Liveness = "alive" | "gone" | "unknown";

export function thisOwner(): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    machine: thisMachine(),
    began: beginning(process.pid),
    since: new Date().toISOString(),
    id: randomBytes(8).toString("hex"),
  };
}

let hasEnded = false;

/** From now on all that this process has marked as its own counts as left behind: the thread that was at work has been ended. */
export function disownAll(): void {
  hasEnded = true;
}

/** Whether the process still runs. A process of the same number that began at another time is another one. */
export function livenessOf({ pid, machine, began }: Pick<Owner, "pid" | "machine" | "began">): Liveness {
  if (machine !== thisMachine()) return "unknown";
  if (!isRunning(pid)) return "gone";
  if (hasEnded && pid === process.pid) return "gone";
  const now = beginning(pid);
  if (began === undefined || now === undefined) return pid === process.pid ? "alive" : "unknown";
  return now === began ? "alive" : "gone";
}

/**
 * A name part for temporary files and folders that tells whose they are: machine, process, its beginning, and a random end. A later
 * run can so tell what a killed run left behind from what a run at work needs.
 */
export function ownerTag(): string {
  const began = beginning(process.pid) ?? "";
  return `${thisMachine()}-${process.pid}-${began}t${randomBytes(4).toString("hex")}`;
}

/** Tags of earlier versions have no beginning; a cache gives its files an end of their own. */
const TAG = /^([0-9a-f]{8})-(\d+)-(?:(\d*)t)?[0-9a-f]{8}(?:-[0-9a-f]{8})?$/;

/** Whether the run that made the tag is at work; undefined for what is not a tag. */
export function tagLiveness(tag: string): Liveness | undefined {
  const [, machine, pid, began] = TAG.exec(tag) ?? [];
  if (machine === undefined) return undefined;
  return livenessOf({ machine, pid: Number(pid), began: began || undefined });
}

/** Whether the run that made the tag has certainly ended. */
export function isAbandoned(tag: string): boolean {
  return tagLiveness(tag) === "gone";
}

/** The same, or it cannot be known from here. */
export function mayBeGone(tag: string): boolean {
  const liveness = tagLiveness(tag);
  return liveness === "gone" || liveness === "unknown";
}

let machine: string | undefined;

/**
 * Process numbers mean the same only to processes of one process namespace, and the kernel gives the number of a namespace again after
 * it has ended. With the start of the machine it is clear which numbers can be compared, and beginnings tell the rest.
 */
function thisMachine(): string {
  machine ??= createHash("sha256")
    .update((bootId() ?? hostname()) + processNamespace())
    .digest("hex")
    .slice(0, 8);
  return machine;
}

function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return undefined; // Not on Linux.
  }
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
