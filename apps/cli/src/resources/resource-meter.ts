/** What this process has used up to a moment, all its threads together. */
export interface Reading {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Greatest resident memory so far. */
  readonly peakRssBytes: number;
}

/** Used by a command or one of its stages, under the names they have in its JSON. */
export interface ResourceUse {
  readonly wall_seconds: number;
  /** User and system time of all threads. */
  readonly cpu_seconds: number;
  /** Of the process, from its start to the end of the stage. */
  readonly peak_rss_bytes: number;
}

export interface ResourceReport extends ResourceUse {
  /** In the order in which they began. Their seconds add up to those of the whole. */
  readonly stages: Readonly<Record<string, ResourceUse>>;
}

export interface ResourceMeter {
  /** Ends the stage under way and begins this one. A stage that comes back continues to add. */
  enter(stage: string): void;
  /** What was used since the meter was made. */
  report(): ResourceReport;
}

/**
 * Measures a command from now on, stage by stage.
 *
 * @param firstStage what the time until the first `enter` counts for
 * @param onStage called at the end of each stage, which what it takes counts for
 * @param read a meter that tests can set
 */
export function resourceMeter(
  firstStage: string,
  onStage: () => void = () => undefined,
  read: () => Reading = readProcess,
): ResourceMeter {
  const start = read();
  const stages = new Map<string, ResourceUse>();
  let current = firstStage;
  let entered = start;
  const close = () => {
    const now = read();
    stages.set(current, add(stages.get(current), use(entered, now)));
    entered = now;
    return now;
  };
  return {
    enter(stage) {
      if (stage === current) return;
      onStage();
      close();
      current = stage;
    },
    report() {
      const end = close();
      return { ...use(start, end), stages: Object.fromEntries(stages) };
    },
  };
}

function readProcess(): Reading {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    wallSeconds: performance.now() / 1e3,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakRssBytes: maxRSS * 1024,
  };
}

function use(from: Reading, to: Reading): ResourceUse {
  return {
    wall_seconds: to.wallSeconds - from.wallSeconds,
    cpu_seconds: to.cpuSeconds - from.cpuSeconds,
    peak_rss_bytes: to.peakRssBytes,
  };
}

function add(before: ResourceUse | undefined, more: ResourceUse): ResourceUse {
  if (before === undefined) return more;
  return {
    wall_seconds: before.wall_seconds + more.wall_seconds,
    cpu_seconds: before.cpu_seconds + more.cpu_seconds,
    peak_rss_bytes: more.peak_rss_bytes,
  };
}
