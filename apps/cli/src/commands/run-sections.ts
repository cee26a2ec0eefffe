import { createHash } from "node:crypto";
import type { Notice } from "@flashdeconv/core";
import { aboutAll, namingSection, numbered } from "@flashdeconv/core/internal";
import {
  type Checkpoint,
  type DeconvolveOptions,
  type OpenReference,
  type PreparedReference,
  prepareReference,
  type SpatialInput,
  type StageProgress,
} from "@flashdeconv/pipeline";
import {
  chooseTogether,
  divideSection,
  isSignature,
  keptChoice,
  memoryFacts,
  resolveResultLayout,
  samplesBytes,
  spreadSections,
  stageInWords,
} from "@flashdeconv/pipeline/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { noticeInFlags } from "../options/option-flags.js";
import { deconvolveOptions, type RunFlags } from "../options/run-flags.js";
import { sharedAccess, storeAccess } from "../options/store-options.js";
import { readTypes, type TypeFlags } from "../options/type-options.js";
import { planIndex } from "../report/index-page.js";
import { planResources } from "../resources/plan-resources.js";
import { withThreads } from "../resources/with-threads.js";
import { sectionContent } from "../stores/fingerprint.js";
import { openSections } from "../stores/open-sections.js";
import { placeOf } from "../stores/place-of.js";
import { readCellsPerSpot } from "../stores/read-cells-per-spot.js";
import { sectionAt } from "../stores/section-at.js";
import { threadLocation } from "../stores/thread-location.js";
import type { ReferenceSource } from "../stores/with-reference.js";
import { withStore } from "../stores/with-store.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { runDeconvolution, type SharedWork } from "./run-deconvolution.js";
import { placesOf, refuseRepeated, refuseTaken } from "./section-places.js";

/**
 * Runs sections one after the other, each with a result of its own. The reference is read once, and the strength of smoothing is chosen on
 * all of them together, unless each is to have its own.
 */
export async function runSections(
  given: readonly string[],
  asGiven: Omit<RunFlags, keyof TypeFlags> & TypeFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const flags: RunFlags = await readTypes(asGiven, storeAccess(asGiven), terminal);
  const places = placesOf(given, flags);
  if (given.length === 1) {
    return runDeconvolution(given[0], { ...flags, out: places[0] }, terminal);
  }
  // Bad options should not cost the work that goes before the first section.
  const options = await deconvolveOptions(given[0], { ...flags, out: places[0] });
  await refuseRepeated(given, flags);
  await refuseTaken(given, places, flags, terminal);
  const index = await planIndex(flags, terminal);
  await checkCellsColumns(given, flags, terminal);
  const shared = await sharedWork(given, flags, options, terminal);
  const outcomes: Outcome[] = [];
  for (const [i, section] of given.entries()) {
    terminal.progress.finish();
    terminal.tell(`Section ${i + 1} of ${given.length}: ${redactUrl(section)}`);
    const own = { ...flags, out: places[i] };
    const run = () => runDeconvolution(section, own, sectionTerminal(terminal), { shared });
    outcomes.push(await namingSection(redactUrl(section), run));
  }
  await index?.write(outcomes, places);
  const told = index === undefined ? [] : ["", `All sections side by side, for a browser: ${index.path}`];
  return {
    lines: [...outcomes.flatMap(({ lines }, i) => (i === 0 ? lines : ["", ...lines])), ...told],
    json: { index: index?.path ?? null, sections: outcomes.map(({ json }) => json) },
    exitCode: outcomes.find(({ exitCode }) => exitCode)?.exitCode,
  };
}

/** A column that one of the sections lacks should not be found out after the others are solved. */
async function checkCellsColumns(
  given: readonly string[],
  flags: RunFlags,
  { signal }: Terminal,
): Promise<void> {
  const { cellsPerSpot } = flags;
  if (typeof cellsPerSpot !== "object") return;
  for (const section of given) {
    const { path, table = flags.table } = await sectionAt(section, flags.table, storeAccess(flags));
    await namingSection(redactUrl(section), () =>
      withStore(path, sharedAccess(path, storeAccess(flags)), async (store) => {
        const opened = await openSections(store, { ...flags, table }, { signal });
        await readCellsPerSpot(store, { ...opened, cellsPerSpot }, signal);
      }),
    );
  }
}

/** The reference is read, and the strength chosen, by the first section that is not done yet, or by the run that is resumed. */
async function sharedWork(
  given: readonly string[],
  flags: RunFlags,
  options: DeconvolveOptions,
  terminal: Terminal,
): Promise<SharedWork> {
  const { signal } = terminal;
  const onProgress = (progress: StageProgress) => terminal.progress.update(stageInWords(progress, "cells"));
  const isChosen = !flags.perSection && options.smoothing === "auto";
  let prepared: PreparedReference | undefined;
  let settled: DeconvolveOptions | undefined;
  return {
    facts: isChosen ? { [CHOSEN_ON]: await contentOfAll(given, flags, signal) } : {},
    settle: (reference, source, checkpoint) =>
      aboutAll(async () => {
        const read = await prepareReference(prepared ?? reference, options, {
          checkpoint,
          signal,
          onProgress,
        });
        prepared = isSignature(read) ? undefined : read;
        if (!isChosen) return { prepared, options };
        const sections = { given, flags, reference, source, prepared, checkpoint };
        const choose = async () => settled ?? chooseOptions(sections, options, terminal);
        settled = await keptChoice(options, checkpoint, choose);
        return { prepared, options: settled };
      }),
  };
}

const CHOSEN_ON = "sections that the smoothing is chosen on";

/** The sections with digests of what tells their content. */
async function contentOfAll(given: readonly string[], flags: RunFlags, signal: AbortSignal): Promise<string> {
  const { key } = resolveResultLayout({ key: flags.keyAdded });
  const told: string[] = [];
  for (const section of given) {
    const { path, table = flags.table } = await sectionAt(section, flags.table, storeAccess(flags));
    const request = { path, flags: { ...flags, table }, key, signal };
    const content = JSON.stringify(await namingSection(redactUrl(section), () => sectionContent(request)));
    told.push(`${placeOf(section)} (${createHash("sha256").update(content).digest("hex").slice(0, 16)})`);
  }
  return told.join(", ");
}

interface SectionsToTry {
  readonly given: readonly string[];
  readonly flags: RunFlags;
  readonly reference: OpenReference;
  readonly source: ReferenceSource;
  readonly prepared: PreparedReference | undefined;
  readonly checkpoint: Checkpoint | undefined;
}

/** The options with the strengths that suit all sections. */
async function chooseOptions(
  { given, flags, reference, source, prepared, checkpoint }: SectionsToTry,
  options: DeconvolveOptions,
  terminal: Terminal,
): Promise<DeconvolveOptions> {
  const { signal } = terminal;
  const onProgress = (progress: StageProgress) => terminal.progress.update(stageInWords(progress, "cells"));
  let threads = 0;
  /** @param heldBytes what the stores that are open hold, with their samples */
  const open = async (
    rest: readonly string[],
    opened: readonly SpatialInput[],
    heldBytes: number,
  ): Promise<DeconvolveOptions> => {
    const [first, ...others] = rest;
    if (first === undefined) {
      const settled = await withThreads(threads, (executor) =>
        chooseTogether(opened, prepared ?? reference, options, { executor, checkpoint, signal, onProgress }),
      );
      terminal.progress.finish();
      const tried = spreadSections(opened);
      const isSome = tried.length < opened.length || spreadSections(given).length < given.length;
      const which = isSome ? "spread evenly over all" : "together";
      terminal.tell(`Chosen on ${numbered(tried.length, "section")} ${which}: ${told(settled)}`);
      return settled;
    }
    const { path, table = flags.table } = await sectionAt(first, flags.table, storeAccess(flags));
    const access = sharedAccess(path, storeAccess(flags));
    return withStore(path, access, async (store) => {
      const opening = await namingSection(redactUrl(first), () =>
        openSections(store, { ...flags, table }, { signal }),
      );
      const facts = memoryFacts(opening, reference, options, {
        isFar: isRemote(path) || isRemote(flags.reference),
        reference: source.memory,
        coordinateBytes: await opening.coordinateBytes({ signal }),
        heldBytes: heldBytes + (store.heldBytes ?? 0),
      });
      threads = Math.max(threads, planResources(facts, flags).threads);
      const { sections, ...dataset } = opening;
      const located = await threadLocation(store, dataset.matrix.path, signal);
      const whole = { ...dataset, location: { store: located, layer: flags.layer, table, access } };
      const name = redactUrl(first);
      const parts: readonly SpatialInput[] = sections ? divideSection(whole, sections) : [whole];
      const own = parts.map((part) => ({ ...part, name: part.name ? `${name}, ${part.name}` : name }));
      return open(others, [...opened, ...own], facts.heldBytes + samplesBytes(facts));
    });
  };
  return open(spreadSections(given), [], 0);
}

function told({ smoothing, solver, solverOptions }: DeconvolveOptions): string {
  const pull = solverOptions[solver.shrinkage?.option ?? ""];
  return typeof pull === "number" && pull > 0 ? `shrinkage ${pull}` : `smoothing ${smoothing}`;
}

/** Where a section speaks: its notices are told as all are, and are its own. */
function sectionTerminal(terminal: Terminal): Terminal {
  const told = new Map<string, Notice>();
  return {
    ...terminal,
    note(given) {
      const notice = noticeInFlags(given);
      told.set(notice.message, notice);
      terminal.note(notice);
    },
    get notices() {
      return [...told.values()];
    },
  };
}
