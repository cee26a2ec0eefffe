/** Watches the jobs of a Slurm: what each took of memory, as `sstat` tells, and what it was given. */
export function watchJobs({ ask }, { everyMs = 1000 } = {}) {
  const jobs = new Map();
  let samples = 0;
  const timer = setInterval(look, everyMs);
  function look() {
    const listed = runningJobs(ask);
    for (const { id, name, memoryMb } of listed) {
      const job = jobs.get(id) ?? { name, limit_mb: memoryMb, peak_mb: 0 };
      jobs.set(id, job);
    }
    if (listed.length === 0) return;
    const steps = listed.map(({ id }) => `${id}.batch`).join(",");
    const format = ["--noheader", "--parsable2", "--noconvert", "--format=JobID,MaxRSS", `--jobs=${steps}`];
    for (const line of ask("sstat", ...format).text.split("\n")) {
      const [, id, kilobytes] = /^(\d+)\.batch\|(\d+)K?/.exec(line) ?? [];
      const job = jobs.get(id);
      if (job === undefined) continue;
      samples++;
      // With --noconvert the number is of bytes.
      const bytes = Number(kilobytes) * (/K$/.test(line.trim()) ? 1024 : 1);
      job.peak_mb = Math.max(job.peak_mb, bytes / 2 ** 20);
    }
  }
  return {
    stop() {
      clearInterval(timer);
      return { jobs: [...jobs.values()], samples };
    },
  };
}

/** The jobs that run now. */
export function runningJobs(ask) {
  const { text } = ask("squeue", "--noheader", "--states=RUNNING", "--format=%A|%m|%j");
  return text.split("\n").flatMap((line) => {
    const [, id, size, unit, name] = /^(\d+)\|(\d+)([MG])\|(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : [{ id, name, memoryMb: Number(size) * (unit === "G" ? 1024 : 1) }];
  });
}
