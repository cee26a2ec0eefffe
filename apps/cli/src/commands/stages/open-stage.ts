import { resolve } from "node:path";
import { OptionError, StoreError } from "@flashdeconv/core";
import { describeDifferences } from "@flashdeconv/pipeline/internal";
import { openRunParts } from "@flashdeconv/pipeline/run-folder";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import { inShell, withFlags } from "../../options/option-flags.js";
import type { RunFlags } from "../../options/run-flags.js";
import type { TypeFlags } from "../../options/type-options.js";
import { reachOfRun } from "../../resources/run-reach.js";
import type { Terminal } from "../../terminal/terminal.js";
import { STAGE_CHOICES, type StageName } from "./stage-names.js";
import type { StagePlan } from "./stage-plan.js";

export type StageFlags = Omit<RunFlags, keyof TypeFlags> & TypeFlags;

/** A run that was planned, as one of its processes finds it. */
export interface OpenedStage {
  readonly runDir: string;
  readonly plan: StagePlan;
  readonly flags: StageFlags;
  readonly parts: Awaited<ReturnType<typeof openRunParts>>;
}

/**
 * Opens the folder of a planned run. Where places of the plan are relative, goes to where it was made, so that they mean what they meant
 * there.
 *
 * @param own options of this process, which no result depends on
 * @throws StoreError, OptionError where no planned run is there, or where it has no such stage
 */
export async function openStage(
  stage: StageName,
  given: string,
  own: Partial<RunFlags>,
  { signal }: Pick<Terminal, "signal">,
): Promise<OpenedStage> {
  const runDir = isRemote(given) ? given : resolve(localPath(given));
  const parts = await openRunParts(runDir, reachOfRun(own, signal));
  const plan = parts.plan as StagePlan | undefined;
  if (plan === undefined) {
    throw new OptionError({
      option: "<place>",
      value: given,
      rule: "the folder of a run with a plan; this one has none",
      remedy: `Make one with flashdeconv stage ${STAGE_CHOICES[0]} and --run-dir ${given}.`,
    });
  }
  if (!plan.stages.includes(stage)) {
    throw new OptionError({
      option: "<stage>",
      value: stage,
      rule: `a stage of this run: ${plan.stages.join(", ")}`,
      remedy: "Leave it out.",
    });
  }
  const scratch = own.scratch === undefined ? {} : { scratch: resolve(own.scratch) };
  if (plan.folder !== undefined) goTo(plan.folder, given);
  const flags = { ...plan.flags, ...own, ...scratch, runDir, resume: true } as StageFlags;
  return { runDir, plan, flags, parts };
}

function goTo(folder: string, runDir: string): void {
  if (process.cwd() === folder) return;
  try {
    process.chdir(folder);
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new StoreError({
      path: folder,
      found: `no such folder here to go to (${code})`,
      expected: "the folder that the run was planned in, from which its places are seen",
      remedy: `Plan again in a folder that all jobs see, with the same --run-dir (${runDir}).`,
      cause: error,
    });
  }
}

type Facts = Readonly<Record<string, string>>;

/** Refuses what differs from the plan, of what is known by these names; by default of all that is known now. */
export function refuseChanges(runDir: string, now: Facts, planned: Facts, names = Object.keys(now)): void {
  const known = Object.fromEntries(names.flatMap((name) => (name in planned ? [[name, planned[name]]] : [])));
  const differences = describeDifferences(known, now);
  if (differences.length === 0) return;
  throw changedSince(runDir, `${runDir}, a run with other inputs or options (${differences.join("; ")})`);
}

/** A stage that was asked for before what it needs was there. */
export function tooEarly(stage: StageName, first: string): OptionError {
  return new OptionError({
    option: "<stage>",
    value: stage,
    rule: `a stage of which all that comes before is done`,
    remedy: `First: ${first}.`,
  });
}

/** What a run was planned with is not what is there now. @param found the run's folder, and what differs */
export function changedSince(runDir: string, found: string): OptionError {
  return new OptionError({
    option: "<place>",
    value: runDir,
    found,
    rule: "the inputs, options and version that the run was planned with",
    remedy: `Restore them, or plan the run anew: flashdeconv stage plan, with --run-dir ${inShell(runDir)} --restart.`,
  });
}

/** Runs `work`; what it says of --resume, which no stage was given, it says of where the result goes. */
export function asStage<T>({ out, newTable }: StageFlags, work: () => Promise<T>): Promise<T> {
  const place = newTable === undefined ? "--in-place" : "--new-table";
  return withFlags({ "--resume": out === undefined ? place : "--out" }, work);
}
