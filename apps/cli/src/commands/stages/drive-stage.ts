import { OptionError } from "@flashdeconv/core";
import {
  gapsOfPiece,
  hasCome,
  pieceRange,
  type RunMark,
  RunStopped,
  type SharedPass,
} from "@flashdeconv/pipeline/internal";
import { openRunParts } from "@flashdeconv/pipeline/run-folder";
import type { RunFlags } from "../../options/run-flags.js";
import { storeAccess } from "../../options/store-options.js";
import { readTypes } from "../../options/type-options.js";
import { reachOfRun } from "../../resources/run-reach.js";
import type { Outcome, Terminal } from "../../terminal/terminal.js";
import { runDeconvolution } from "../run-deconvolution.js";
import { asStage, changedSince, type OpenedStage, openStage, tooEarly } from "./open-stage.js";
import { sectionsLeft } from "./section-stage.js";
import { endOf, type StageName, stageInPieces } from "./stage-names.js";
import type { StagePlan } from "./stage-plan.js";

/** Does a stage that one process does alone: the run from where it stands to where the stage ends. */
export async function driveStage(
  stage: StageName,
  place: string,
  own: Partial<RunFlags>,
  terminal: Terminal,
): Promise<Outcome> {
  const opened = await openStage(stage, place, own, terminal);
  const { runDir, plan, parts } = opened;
  const mark = endOf(stage, plan.stages);
  const already = (line: string) => outcomeOf(stage, runDir, true, line);
  if (stage !== "write") {
    if (parts.isDone) return already("The result has been written.");
    if (hasCome(mark, parts.names())) return already("This has been done.");
    if (stage === "start" && hasCome("solve", parts.names())) return already("There is nothing to refine.");
  } else if (!parts.isDone && plan.stages.includes("solve") && !hasCome("answer", parts.names())) {
    throw tooEarly(stage, `flashdeconv stage solve ${place}`);
  } else if (!parts.isDone && plan.sections && !hasCome("sections", parts.names())) {
    throw tooEarly(stage, `flashdeconv stage prepare ${place}`);
  }
  const flags = await readTypes(opened.flags, storeAccess(opened.flags), terminal);
  try {
    const running = { stopAt: mark, command: plan.command, planOf: () => plan };
    const done = await asStage(flags, () =>
      runDeconvolution(plan.section, flags, terminal, { stage: running }),
    );
    return { ...done, json: { stage, run_dir: runDir, run: done.json } };
  } catch (error) {
    if (error instanceof OptionError && error.option === "--run-dir") throw changedSince(runDir, error.found);
    if (!(error instanceof RunStopped)) throw error;
    const isThere = !error.isWaiting || error.at === mark;
    if (isThere) return outcomeOf(stage, runDir, false, nextOf(stage, error, opened));
    // As it is now: the run has written down what the pass takes, and may have found parts damaged.
    const parts = await openRunParts(runDir, reachOfRun(flags, terminal.signal));
    throw tooEarly(stage, await missing(error.at, { ...opened, parts }, place));
  }
}

function outcomeOf(stage: StageName, runDir: string, isOld: boolean, line: string): Outcome {
  return { lines: [`${stage}: ${line}`], json: { stage, run_dir: runDir, already_done: isOld } };
}

function nextOf(stage: StageName, { at }: RunStopped, { plan }: OpenedStage): string {
  if (stage === "start" && at === "solve") return "Done. There is nothing to refine: next is solve.";
  return `Done. Next is ${plan.stages[plan.stages.indexOf(stage) + 1]}.`;
}

/** The pieces that are to be done first, as commands. */
async function missing(at: RunMark, { parts, plan }: OpenedStage, place: string): Promise<string> {
  const pieces: number[] = [];
  for (let i = 0; i < plan.pieceCount; i++) {
    if (await isMissing(at, i, plan, parts)) pieces.push(i + 1);
  }
  const which = pieces.length === 1 ? `--piece ${pieces[0]}` : `--piece, of each of ${pieces.join(", ")}`;
  const all = Array.from({ length: plan.pieceCount }, (_, i) => i + 1).join(", ");
  // None by their names: some are damaged, which each piece sees for itself.
  const asked = pieces.length === 0 ? `--piece, of each of ${all}` : which;
  return `flashdeconv stage ${stageInPieces(at)} ${place} ${asked}`;
}

async function isMissing(
  at: RunMark,
  piece: number,
  plan: StagePlan,
  parts: OpenedStage["parts"],
): Promise<boolean> {
  if (at === "sections") return (await sectionsLeft(plan, piece, parts)).length > 0;
  const range = pieceRange(plan.spotCount, plan.pieceCount, piece);
  return (await gapsOfPiece({ pass: at as SharedPass, range }, parts)).length > 0;
}
