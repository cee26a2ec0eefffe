import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

/** What is to be there; Debian has it in munge, slurm-wlm and snakemake. */
const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "snakemake"];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** Why no Slurm can be started here; undefined where it can. */
export function whyNoSlurm() {
  if (process.getuid?.() !== 0) return "Slurm's daemons are started as root";
  const missing = PROGRAMS.filter(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: { PATH } }).status !== 0,
  );
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed`;
}

/**
 * Starts a Slurm of its own, of one node: own ports, keys and folders, no services. `stop` ends and removes it.
 *
 * @param options.cpus of the node, whatever the machine has
 */
export async function startSlurm({ cpus = 2 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-slurm-"));
  // munged refuses a socket in a folder that others cannot enter.
  chmodSync(folder, 0o755);
  const config = join(folder, "slurm.conf");
  const env = { ...process.env, PATH, SLURM_CONF: config };
  const daemons = [];
  const start = (name, args) => daemons.push(spawn(name, args, { env, stdio: "ignore", detached: true }));
  const ask = (...command) => {
    const done = spawnSync(command[0], command.slice(1), { env, encoding: "utf8", timeout: 20_000 });
    return { ok: done.status === 0, text: `${done.stdout}${done.stderr}` };
  };
  const stop = async () => {
    ask("scancel", "--full", "--signal=KILL", "--state=RUNNING");
    ask("scancel", "--user=root");
    await Promise.all(daemons.reverse().map(end));
    // Steps and jobs outlive slurmd.
    for (const pid of processesWith(`SLURM_CONF=${config}`)) killProcess(pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const name of ["munge", "state", "spool", "log"]) mkdirSync(join(folder, name), { mode: 0o755 });
    const key = join(folder, "munge.key");
    writeFileSync(key, randomBytes(1024), { mode: 0o600 });
    const at = (name) => join(folder, "munge", name);
    const socket = at("socket");
    start("munged", [
      ...["--foreground", `--key-file=${key}`, `--socket=${socket}`, `--pid-file=${at("pid")}`],
      ...[`--log-file=${at("log")}`, `--seed-file=${at("seed")}`],
    ]);
    writeFileSync(config, await configuration({ folder, socket, cpus }));
    start("slurmctld", ["-D", "-i"]);
    start("slurmd", ["-D", "-N", "here"]);
    for (let i = 0; ; i++) {
      const { text } = ask("sinfo", "--noheader", "--format=%T");
      if (text.trim() === "idle") break;
      if (i === 60) throw new Error(`Slurm did not start: ${text}${logs(folder)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const daemonLog = (name) => logOf(folder, name);
  return {
    env,
    ask,
    stop,
    daemonLog,
    logs: () => logs(folder),
    version: ask("sinfo", "--version").text.trim(),
  };
}

async function configuration({ folder, socket, cpus }) {
  const memory = Math.floor((0.9 * totalmem()) / 2 ** 20);
  return `ClusterName=flashdeconv
SlurmctldHost=${hostname()}(127.0.0.1)
MailProg=/bin/true
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
StateSaveLocation=${join(folder, "state")}
SlurmdSpoolDir=${join(folder, "spool")}
SlurmctldPidFile=${join(folder, "slurmctld.pid")}
SlurmdPidFile=${join(folder, "slurmd.pid")}
SlurmctldLogFile=${join(folder, "log/slurmctld")}
SlurmdLogFile=${join(folder, "log/slurmd")}
KillWait=5
SchedulerParameters=sched_interval=2,bf_interval=2
ReturnToService=0
SwitchType=switch/none
NodeName=here NodeHostname=${hostname()} NodeAddr=127.0.0.1 CPUs=${cpus} RealMemory=${memory}
PartitionName=main Nodes=here Default=YES MaxTime=INFINITE State=UP
`;
}

function logOf(folder, name) {
  try {
    return readFileSync(join(folder, "log", name), "utf8");
  } catch {
    return "";
  }
}

function logs(folder) {
  return ["slurmctld", "slurmd"].map((name) => `\n${name}: ${logOf(folder, name).slice(-2000)}`).join("");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Processes that were given an entry of their environment. */
export function processesWith(entry) {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(entry) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

export function killProcess(pid) {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** Ends a daemon, by force after a while. */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(timer);
}
