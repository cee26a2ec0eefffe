import type { Notice } from "@flashdeconv/core";
import {
  isResultWhole,
  type MemoryFacts,
  memoryFacts,
  type ReadySections,
  readySections,
  resolveResultLayout,
  runSection,
  sectionCheckpoint,
  stageInWords,
} from "@flashdeconv/pipeline/internal";
import { peekRunFolder } from "@flashdeconv/pipeline/run-folder";
import { describePlan } from "@flashdeconv/results/internal";
import { runFacts } from "../../options/run-facts.js";
import { deconvolveOptions, type RunFlags } from "../../options/run-flags.js";
import { sharedAccess, storeAccess } from "../../options/store-options.js";
import { readTypes } from "../../options/type-options.js";
import { planAgain } from "../../resources/plan-resources.js";
import { reachOfRun } from "../../resources/run-reach.js";
import { ownFolderOf, withOwnFolder } from "../../resources/with-own-folder.js";
import { withThreads } from "../../resources/with-threads.js";
import { sectionFingerprint, storeFacts } from "../../stores/input-facts.js";
import { tableBeside } from "../../stores/locate-table.js";
import { openSections } from "../../stores/open-sections.js";
import { once, runInputs } from "../../stores/run-inputs.js";
import { sectionAt } from "../../stores/section-at.js";
import { withReference } from "../../stores/with-reference.js";
import { withStore } from "../../stores/with-store.js";
import { sectionNotices } from "../../terminal/section-notices.js";
import type { Terminal } from "../../terminal/terminal.js";
import { withTypes } from "../run-deconvolution.js";
import { type OpenedStage, refuseChanges } from "./open-stage.js";
import { sectionFacts } from "./plan-piece.js";
import { type StagePlan, sectionPieces } from "./stage-plan.js";

/** Sections of a piece whose results are not there, or damaged, by their places among all. */
export async function sectionsLeft(
  plan: StagePlan,
  piece: number,
  parts: OpenedStage["parts"],
): Promise<number[]> {
  const left: number[] = [];
  for (const section of sectionPieces(plan)[piece]) {
    const { spotCount } = plan.sections?.[section] ?? { spotCount: 0 };
    if (!(await isResultWhole({ section, spotCount }, parts))) left.push(section);
  }
  return left;
}

/**
 * Does what is left of the sections of a piece, one after the other, beside whoever does others. What was read of the cells of the reference,
 * and what was chosen on all sections together, the run has kept.
 *
 * @returns spots that were done; 0 where all was there
 */
export async function doSections(opened: OpenedStage, piece: number, terminal: Terminal): Promise<number> {
  const { plan, flags: given, parts } = opened;
  const { signal } = terminal;
  // What is to be told of store and reference is told by whoever writes the result.
  const quiet = { signal, note: () => {} };
  const read = await readTypes(given, storeAccess(given), quiet);
  const options = await deconvolveOptions(plan.section, read);
  const { path, table: ofPath } = await sectionAt(plan.section, read.table, storeAccess(read));
  const beside = read.newTable;
  const flags = { ...read, table: ofPath ?? (beside && (await tableBeside(path, beside, read, signal))) };
  const access = sharedAccess(path, storeAccess(flags));
  return withStore(path, access, async (store) => {
    const all = await openSections(store, flags, { signal });
    const coordinateBytes = await all.coordinateBytes({ signal });
    return withReference(flags, quiet, async (whole, source) => {
      const { key } = resolveResultLayout({ key: flags.keyAdded });
      const now = {
        ...runFacts(path, flags, options),
        ...(await storeFacts(store, path, { ...sectionFingerprint(all.tablePath, key), signal })),
        ...(await source.facts()),
      };
      refuseChanges(opened.runDir, now, parts.facts, Object.keys(parts.facts));
      const left = await sectionsLeft(plan, piece - 1, parts);
      const { sections } = all;
      if (left.length === 0 || !sections) return 0;
      const reference = await withTypes(whole, flags);
      const inputs = { path, access, store, opened: all, coordinateBytes, source, signal };
      const { spatial, places } = await runInputs(inputs, flags);
      const divided = {
        ...spatial,
        ...{ sections, perSection: flags.perSection, readCoordinates: once(spatial.readCoordinates) },
      };
      const ready = await readySections(divided, reference, options, {
        ...{ checkpoint: sectionCheckpoint(parts), signal },
      });
      const facts = memoryFacts(all, reference, options, places);
      const telling = sectionNotices(sections, terminal);
      let spots = 0;
      for (const section of left) {
        telling.onSection(section);
        await doSection({ ready, facts, section, flags, onNotice: telling.onNotice }, opened, terminal);
        spots += ready.place(section).spotCount;
      }
      return spots;
    });
  });
}

interface SectionJob {
  readonly ready: ReadySections;
  /** Of all sections together. */
  readonly facts: MemoryFacts;
  readonly section: number;
  readonly flags: RunFlags;
  readonly onNotice: (notice: Notice) => void;
}

/** Keeps what is done of the section in a folder of its own, until all of it is. */
async function doSection(
  { ready, facts, section, flags, onNotice }: SectionJob,
  { runDir, parts }: OpenedStage,
  terminal: Terminal,
): Promise<void> {
  const { spotCount } = ready.place(section);
  const folder = ownFolderOf(runDir, section);
  const reach = reachOfRun(flags, terminal.signal);
  const before = await peekRunFolder(folder, reach);
  const plan = planAgain(sectionFacts(facts, spotCount), flags, before?.settings.keeps);
  terminal.tell(describePlan(plan));
  const request = { plan, flags, facts: parts.facts, reach };
  await withOwnFolder(folder, request, terminal, async ({ own, scratch }) => {
    const isInMemory = scratch === undefined && parts.settings.keeps === "memory";
    // Where it continues what a run has begun. What that has on scratch is its own.
    const checkpoint = isInMemory ? sectionCheckpoint(parts, { section, own }) : own;
    await withThreads(plan.threads, (executor) =>
      runSection(ready, section, {
        ...{ parts, checkpoint, scratch, executor },
        signal: terminal.signal,
        onNotice,
        onProgress: (progress) => terminal.progress.update(stageInWords(progress, "cells")),
      }),
    );
  });
}
