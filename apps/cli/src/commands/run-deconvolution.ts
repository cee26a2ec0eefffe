import { OptionError } from "@flashdeconv/core";
import type {
  Checkpoint,
  DeconvolveOptions,
  MemoryPlan,
  OpenReference,
  PreparedReference,
  SectionSummary,
  StageProgress,
} from "@flashdeconv/pipeline";
import { mergeReference } from "@flashdeconv/pipeline";
import {
  checkResultPlace,
  type DividedCallbacks,
  isSignature,
  type MemoryFacts,
  memoryFacts,
  plannedTables,
  type RunMark,
  requireHierarchyOf,
  resolveResultLayout,
  type SpotSections,
  stageInWords,
  tablesOf,
  typeNamesOf,
} from "@flashdeconv/pipeline/internal";
import { tidyHeap } from "@flashdeconv/pipeline/pool";
import { describePlan } from "@flashdeconv/results/internal";
import { isStatisticsInput } from "@flashdeconv/solver/internal";
import type { StagedStore } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { runFacts } from "../options/run-facts.js";
import { deconvolveOptions, type RunFlags } from "../options/run-flags.js";
import { sharedAccess, storeAccess } from "../options/store-options.js";
import { aboutTypes, planTypes } from "../options/type-options.js";
import { planRunReport } from "../report/run-report.js";
import { planAgain, planJson } from "../resources/plan-resources.js";
import { resourceMeter } from "../resources/resource-meter.js";
import { reachOfRun } from "../resources/run-reach.js";
import { describeTransfers, transferMeter } from "../resources/transfer-meter.js";
import { withKeptCounts } from "../resources/with-kept-counts.js";
import {
  leftToResume,
  plannedIn,
  type RunKeeping,
  removeFinishedRun,
  withRunDir,
} from "../resources/with-run-dir.js";
import { withThreads } from "../resources/with-threads.js";
import { factsOf, fingerprintOf, STATISTICS_FINGERPRINT } from "../stores/fingerprint.js";
import { sectionFingerprint, storeFacts } from "../stores/input-facts.js";
import { keepStatistics } from "../stores/keep-statistics.js";
import { keepVersions } from "../stores/keep-versions.js";
import { tableBeside } from "../stores/locate-table.js";
import { lockOptions } from "../stores/lock-options.js";
import { noticesToKeep } from "../stores/notices-to-keep.js";
import { noting } from "../stores/noting-store.js";
import { openOutputs } from "../stores/open-outputs.js";
import { openSections } from "../stores/open-sections.js";
import { provenance } from "../stores/provenance.js";
import { refuseWorkFoldersInside } from "../stores/refuse-overlap.js";
import { once, runInputs } from "../stores/run-inputs.js";
import { sectionAt } from "../stores/section-at.js";
import { storedScores } from "../stores/stored-scores.js";
import { type ReferenceSource, withReference } from "../stores/with-reference.js";
import { withStore } from "../stores/with-store.js";
import { resultPath, writeSectionResult } from "../stores/write-result.js";
import { outputFormat } from "../tables/output-format.js";
import { countedResult } from "../terminal/counted-result.js";
import { describeDone, describeSame, withReport } from "../terminal/describe-done.js";
import { describeRun } from "../terminal/describe-run.js";
import { sectionsOf } from "../terminal/section-facts.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { checkNamedCoordinates, refuseOneSection } from "./check-section.js";
import { deconvolveOpened } from "./deconvolve-opened.js";

/** What is done for several stores together, by the first that needs it. */
export interface SharedWork {
  /** What results depend on for it, beside their own inputs and options. */
  readonly facts: Readonly<Record<string, string>>;
  settle(reference: OpenReference, source: ReferenceSource, checkpoint?: Checkpoint): Promise<SettledWork>;
}

export interface SettledWork {
  /** The reference, where it is one of cells. */
  readonly prepared?: PreparedReference;
  /** The options, with what was chosen for all. */
  readonly options: DeconvolveOptions;
}

/** What the costs of a run depend on. */
export interface SizeOfRun {
  readonly facts: MemoryFacts;
  readonly memory: MemoryPlan;
  /** As in OpenedSections. */
  readonly sections: SpotSections | undefined;
}

/** A run that several processes share, as one of them does its stage. */
export interface StageOfRun {
  /** As for `deconvolve`. */
  readonly stopAt: RunMark;
  /** The command that began it, to be kept with the result. */
  readonly command: string | undefined;
  /** What they all know, for the run's folder. */
  planOf(options: DeconvolveOptions, facts: MemoryFacts, sections: SpotSections | undefined): unknown;
  /** Called once the folder is open, before any work. */
  onOpen?(options: DeconvolveOptions, size: SizeOfRun, showPlan: RunKeeping["showPlan"]): Promise<void>;
  /** The result is there, and `onOpen` throws: it is called all the same. */
  readonly isMade?: boolean;
}

/** What a run is a part of, if it is not the whole of what was asked for. */
export interface PartOfWork {
  readonly shared?: SharedWork;
  readonly stage?: StageOfRun;
}

/**
 * Checks options, opens output and inputs, deconvolves, writes. Whatever fails, the output is as it was before.
 */
export async function runDeconvolution(
  given: string,
  givenFlags: RunFlags,
  terminal: Terminal,
  { shared, stage }: PartOfWork = {},
): Promise<Outcome> {
  const options = await deconvolveOptions(given, givenFlags);
  const { path, table: ofPath } = await sectionAt(given, givenFlags.table, storeAccess(givenFlags));
  const beside = givenFlags.newTable;
  const table = ofPath ?? (beside && (await tableBeside(path, beside, givenFlags, terminal.signal)));
  const flags = { ...givenFlags, table };
  const { reference, out, inPlace, newTable } = flags;
  const meter = resourceMeter("open", terminal.ownsProcess ? tidyHeap : undefined);
  const transfers = transferMeter("open");
  const access = sharedAccess(path, storeAccess(flags));
  const reach = reachOfRun(flags, terminal.signal);
  const left = await leftToResume(flags, out ?? path, reach);
  if (flags.saveStats !== undefined && !isStatisticsInput(options.solver.input)) {
    throw new OptionError({
      option: "--save-stats",
      value: redactUrl(flags.saveStats),
      rule: `a solver of statistics; ${options.solver.name} takes ${options.solver.input}`,
      remedy: "Leave it out, or take another --solver.",
    });
  }
  if (flags.saveStats !== undefined && options.maxTypes !== undefined) {
    throw new OptionError({
      option: "--save-stats",
      value: redactUrl(flags.saveStats),
      rule: "nothing with --max-types: sets of types are chosen by counts, and statistics keep none to choose by again",
      remedy: "Leave out one of the two.",
    });
  }
  const layout = resolveResultLayout({
    key: flags.keyAdded,
    obsColumns: flags.obsColumns,
    extraParameters: provenance(path, flags),
    command: stage ? stage.command : terminal.commandLine,
  });
  await refuseWorkFoldersInside(flags, [path, reference, out, flags.saveStats], storeAccess(flags));
  const lock = lockOptions(terminal);
  const more = shared?.facts;
  const request = { path, flags, options, key: layout.key, signal: terminal.signal, more };
  const report = await planRunReport(flags, terminal);
  const { output, statistics } = await openOutputs(
    stage?.isMade ? { ...request, flags: { ...flags, resume: false, overwrite: true } } : request,
    terminal,
  );
  if (output === undefined) {
    const sections = await storedScores(out ?? path, request);
    const facts = () => factsOf(request);
    const planned = stage && (await plannedIn(flags, reach));
    const resumedCount = await removeFinishedRun({
      ...flags,
      target: out ?? path,
      facts,
      lock,
      reach,
      shared: planned,
    });
    const where = redactUrl(out ?? `${path}${newTable === undefined ? "" : `/tables/${newTable}`}`);
    const format = outputFormat(out, flags.format);
    const place = { path: where, key: layout.key, format };
    const done = describeDone({ place, resumedCount, sections, failOn: flags.failOn });
    return withReport(done, (await report?.complete(layout.key)) ? report?.path : undefined);
  }
  try {
    return await withStore(path, access, async (store) => {
      transfers.watch("spatial", redactUrl(path), store.transfer);
      const { signal } = terminal;
      const opened = await openSections(store, flags, terminal);
      if (shared === undefined) refuseOneSection(opened, flags);
      await checkNamedCoordinates(opened, flags, options, signal);
      const coordinateBytes = await opened.coordinateBytes({ signal });
      return await withReference(flags, terminal, async (whole, source) => {
        const input = await withTypes(whole, flags);
        const typeNames = typeNamesOf(input);
        const solverTables = tablesOf(options.solver, options.solver.resolveOptions(options.solverOptions));
        output.check({ typeNames, hierarchy: options.hierarchy, solverTables, key: layout.key });
        const planned = plannedTables(options, flags.cellsPerSpot !== undefined);
        const place = { ...layout, ...planned, tablePath: opened.tablePath, signal };
        if (inPlace) await checkResultPlace(store, typeNames, place);
        transfers.watch("reference", redactUrl(reference), source.transfer);
        const inputs = { path, access, store, opened, coordinateBytes, source, signal };
        const { spatial: given, places } = await runInputs(inputs, flags);
        const memory = memoryFacts(opened, input, options, places);
        const plan = planAgain(memory, flags, left?.settings.keeps);
        terminal.tell(describePlan(plan));
        const scale = await opened.micrometersPerUnit({ signal });
        const origin = { ...layout.extraParameters, ...(scale && { micrometers_per_unit: scale }) };
        // Coordinates are wanted for the graph and for the result. Held in between they are 16 bytes a spot, where a run takes most.
        const { readCoordinates, sections } = opened;
        const isDear = coordinateBytes > 0 || isRemote(path);
        const isKept = (plan.keeps === "memory" && isDear) || sections !== undefined;
        const spatial = {
          ...given,
          readCoordinates: isKept ? once(readCoordinates) : readCoordinates,
        };
        let noteVersions = () => {};
        const onProgress = (progress: StageProgress) => {
          noteVersions();
          meter.enter(progress.stage);
          transfers.enter(progress.stage);
          terminal.progress.update(stageInWords(progress, isSignature(input) ? "types" : "cells"));
        };
        const facts = once(async () => ({
          ...runFacts(path, flags, options),
          ...(await storeFacts(store, path, { ...sectionFingerprint(opened.tablePath, layout.key), signal })),
          ...(await source.facts()),
          ...more,
        }));
        const fingerprint = fingerprintOf(await facts());
        return withRunDir(
          {
            ...flags,
            target: out ?? path,
            plan,
            facts,
            lock,
            reach,
            shared: stage?.planOf(options, memory, sections),
          },
          terminal,
          async ({ checkpoint, scratch, resumedCount, note: noteRun, showPlan }) => {
            await stage?.onOpen?.(options, { facts: memory, memory: plan, sections }, showPlan);
            noteVersions = await keepVersions(path, access, checkpoint);
            const settled = (await shared?.settle(input, source, checkpoint)) ?? { options };
            const keepSummary = (place: StagedStore) => async (summary: SectionSummary, section: number) => {
              const parameters = {
                ...summary.parameters,
                ...origin,
                [STATISTICS_FINGERPRINT]: fingerprint,
              };
              const target = noting(place, () => noteRun("statistics"));
              const kept = { summary: { ...summary, parameters }, section };
              await keepStatistics(target, kept, spatial, terminal);
              if (section + 1 === (sections?.names.length ?? 1)) await noteRun("statistics-kept");
            };
            const work = (
              executor: DividedCallbacks["executor"],
              keptCounts: DividedCallbacks["keptCounts"],
            ) => {
              const callbacks = {
                ...{ signal, onProgress, executor, scratch, keptCounts, checkpoint },
                ...(stage && { stopAt: stage.stopAt }),
                ...(statistics && { onSummary: keepSummary(statistics) }),
              };
              const run = { options: settled.options, flags, callbacks };
              return deconvolveOpened(spatial, settled.prepared ?? input, run, terminal);
            };
            // Threads close their files before these are removed.
            const onThreads = (keptCounts: DividedCallbacks["keptCounts"]) =>
              withThreads(plan.threads, (executor) => work(executor, keptCounts));
            // Whoever leaves the passes to others reads no counts.
            const { found: answer, notices } = stage
              ? await onThreads(undefined)
              : await withKeptCounts(flags, { spatial: path, target: out ?? path }, onThreads);
            const found = countedResult(answer);
            meter.enter("write");
            transfers.enter("write");
            const extraParameters = { ...origin, fingerprint };
            const toWrite = {
              result: { ...found, notices: noticesToKeep(notices()) },
              spatial,
              layout: { ...layout, extraParameters },
              inPlace,
              onCommit: () => noteRun("result"),
            };
            await writeSectionResult(output, toWrite, terminal);
            await report?.write(toWrite);
            const where = redactUrl(out ?? resultPath(path, spatial, newTable));
            const told = { path: where, key: layout.key, format: output.format };
            if (output.wasThere?.()) {
              const scored = sectionsOf(found.parameters);
              const same = { place: told, resumedCount, sections: scored, failOn: flags.failOn };
              return withReport(describeSame(same), report?.path);
            }
            const { lines, json, ...ending } = await describeRun(told, found, notices(), flags.failOn);
            const transfer = transfers.report();
            const more = {
              resumed_pieces: resumedCount,
              memory: planJson(plan),
              resources: meter.report(),
              transfer,
            };
            const outcome = {
              lines: [...lines, ...describeTransfers(transfer)],
              json: { ...json, ...more },
              ...ending,
            };
            return withReport(outcome, report?.path);
          },
        );
      });
    });
  } catch (error) {
    // What went wrong first is what is told.
    await output.discard().catch(() => undefined);
    await statistics?.discard().catch(() => undefined);
    throw error;
  }
}

/** The reference with the types that were asked for, and the hierarchy, if there is one, found to be of its types. */
export function withTypes(reference: OpenReference, flags: RunFlags): Promise<OpenReference> {
  return aboutTypes(async () => {
    if (flags.hierarchy) requireHierarchyOf(flags.hierarchy, typeNamesOf(reference));
    const { merge } = planTypes(flags);
    return merge ? mergeReference(reference, merge) : reference;
  });
}
