import { readFileSync } from "node:fs";
import { killProcess, processesWith } from "./slurm.mjs";
import { runningJobs } from "./slurm-watch.mjs";

/** How a job is ended, or all that run on a node, as a person, the system or a broken machine does. */
export const KILLS = {
  scancel: ({ ask }, { id }) => ask("scancel", id).ok,
  "scancel, at once": ({ ask }, { id }) => ask("scancel", "--full", "--signal=KILL", id).ok,
  "kill -9 of a process": (_, job, random) => {
    const pids = processesOf(job);
    return pids.length > 0 && killProcess(pids[Math.floor(random() * pids.length)]);
  },
  "kill -9 of all processes": (_, job) => processesOf(job).map(killProcess).some(Boolean),
  "node down, resumed": async ({ ask }) => {
    const done = ask("scontrol", "update", "nodename=here", "state=down", "reason=test").ok;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    if (!ask("scontrol", "update", "nodename=here", "state=resume").ok)
      throw new Error("The node stays down.");
    return done;
  },
};

/** Kills one of the jobs that run; undefined where none does or it was over before. */
export async function killOne(slurm, random) {
  const jobs = runningJobs(slurm.ask);
  if (jobs.length === 0) return undefined;
  const job = jobs[Math.floor(random() * jobs.length)];
  const kinds = Object.keys(KILLS);
  const kind = kinds[Math.floor(random() * kinds.length)];
  const isDone = await KILLS[kind](slurm, job, random);
  return isDone ? { kind, job: job.name.split("/").at(-1) } : undefined;
}

/** The processes of a job, but for the daemon of its step. */
function processesOf({ id }) {
  return processesWith(`SLURM_JOB_ID=${id}`).filter((pid) => {
    try {
      return !readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith("slurmstepd");
    } catch {
      return false;
    }
  });
}
