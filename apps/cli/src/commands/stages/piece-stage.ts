import { OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import {
  hasCome,
  memoryFacts,
  pieceRange,
  resolveResultLayout,
  runPiece,
  type SharedPass,
  stageInWords,
} from "@flashdeconv/pipeline/internal";
import { describePlan } from "@flashdeconv/results/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { runFacts } from "../../options/run-facts.js";
import { deconvolveOptions, type RunFlags } from "../../options/run-flags.js";
import { sharedAccess, storeAccess } from "../../options/store-options.js";
import { readTypes } from "../../options/type-options.js";
import { withThreads } from "../../resources/with-threads.js";
import { sectionFingerprint, storeFacts } from "../../stores/input-facts.js";
import { tableBeside } from "../../stores/locate-table.js";
import { openSections } from "../../stores/open-sections.js";
import { sectionAt } from "../../stores/section-at.js";
import { threadLocation } from "../../stores/thread-location.js";
import { withStore } from "../../stores/with-store.js";
import type { Outcome, Terminal } from "../../terminal/terminal.js";
import { type OpenedStage, openStage, refuseChanges, tooEarly } from "./open-stage.js";
import { planPiece } from "./plan-piece.js";
import { doSections } from "./section-stage.js";
import { STAGES, type StageName, stageBefore } from "./stage-names.js";

/** Does a piece of a pass over the section, or whole sections of a store of several, beside whoever does others. */
export async function doPiece(
  stage: StageName,
  place: string,
  { piece, ...own }: Partial<RunFlags> & { readonly piece: number | undefined },
  terminal: Terminal,
): Promise<Outcome> {
  const opened = await openStage(stage, place, own, terminal);
  const { runDir, plan, parts } = opened;
  if (piece === undefined || !Number.isInteger(piece) || piece < 1 || piece > plan.pieceCount) {
    const rule = `a piece of this run: a whole number from 1 to ${plan.pieceCount}`;
    throw new OptionError({ option: "--piece", value: piece, rule, isRequired: true });
  }
  const ended = (spots: number, line: string): Outcome => ({
    lines: [`${stage}, piece ${piece} of ${plan.pieceCount}: ${line}`],
    json: { stage, run_dir: runDir, piece, spot_count: spots, already_done: spots === 0 },
  });
  const pass = STAGES[stage].mark as SharedPass | "sections";
  if (parts.isDone) return ended(0, "The result has been written.");
  if (!hasCome(pass, parts.names())) {
    if (pass === "refine" && hasCome("solve", parts.names())) return ended(0, "There is nothing to refine.");
    throw tooEarly(stage, `flashdeconv stage ${stageBefore(stage, plan.stages)} ${place}`);
  }
  const spots =
    pass === "sections"
      ? await doSections(opened, piece, terminal)
      : await readPiece(opened, { pass, piece }, terminal);
  return spots === 0 ? ended(0, "This has been done.") : ended(spots, `Done, ${numbered(spots, "spot")}.`);
}

/** Knows neither the reference nor neighbours. */
async function readPiece(
  { runDir, plan, flags: given, parts }: OpenedStage,
  { pass, piece }: { readonly pass: SharedPass; readonly piece: number },
  terminal: Terminal,
): Promise<number> {
  const { signal, note: onNotice } = terminal;
  const read = await readTypes(given, storeAccess(given), terminal);
  const options = await deconvolveOptions(plan.section, read);
  const { path, table: ofPath } = await sectionAt(plan.section, read.table, storeAccess(read));
  const beside = read.newTable;
  const table = ofPath ?? (beside && (await tableBeside(path, beside, read, signal)));
  const flags = { ...read, table };
  const access = sharedAccess(path, storeAccess(flags));
  return withStore(path, access, async (store) => {
    const section = await openSections(store, flags, { signal });
    const { key } = resolveResultLayout({ key: flags.keyAdded });
    const now = {
      ...runFacts(path, flags, options),
      ...(await storeFacts(store, path, { ...sectionFingerprint(section.tablePath, key), signal })),
    };
    // Of all that the result depends on, the reference is left to others.
    refuseChanges(runDir, now, parts.facts);
    const places = {
      isFar: [path, runDir].some(isRemote),
      reference: undefined,
      coordinateBytes: 0,
      heldBytes: store.heldBytes ?? 0,
    };
    const range = pieceRange(plan.spotCount, plan.pieceCount, piece - 1);
    const facts = { ...memoryFacts(section, undefined, options, places), typeCount: plan.typeCount };
    const memory = planPiece(facts, range.end - range.start, flags);
    terminal.tell(describePlan(memory));
    const located = await threadLocation(store, section.matrix.path, signal);
    const location = { store: located, layer: flags.layer, table, access };
    return withThreads(memory.threads, (executor) =>
      runPiece(
        { counts: section.counts, location },
        { pass, range },
        {
          parts,
          executor,
          signal,
          onNotice,
          onProgress: (progress) => terminal.progress.update(stageInWords(progress, "cells")),
        },
      ),
    );
  });
}
