import { type Coordinates, isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { openSpatial, type SpatialDataset, type StagedStore } from "@flashdeconv/io-zarr";
import { isRemote, redactUrl } from "@flashdeconv/io-zarr/node";
import {
  addResultTable,
  addResultToStore,
  type Deconvolution,
  deconvolve,
  isSignature,
  type ResultLayout,
  resolveResultLayout,
  type SectionSummary,
  type StageProgress,
  writeResultStore,
  writeSummary,
} from "@flashdeconv/pipeline";
import { isStatisticsInput } from "@flashdeconv/solver";
import { withFlags } from "../options/option-flags.js";
import { deconvolveOptions, type RunFlags } from "../options/run-flags.js";
import { sharedAccess, storeAccess } from "../options/store-options.js";
import { memoryFacts } from "../resources/memory-facts.js";
import { describePlan, planJson, planResources } from "../resources/plan-resources.js";
import { resourceMeter } from "../resources/resource-meter.js";
import { describeTransfers, transferMeter } from "../resources/transfer-meter.js";
import { withScratch } from "../resources/with-scratch.js";
import { withThreads } from "../resources/with-threads.js";
import { locateTable } from "../stores/locate-table.js";
import { openOutput } from "../stores/open-output.js";
import { refuseForeignKey } from "../stores/refuse-foreign-key.js";
import { sectionAt } from "../stores/section-at.js";
import { withReference } from "../stores/with-reference.js";
import { withStore } from "../stores/with-store.js";
import { describeRun } from "../terminal/describe-run.js";
import { stageState } from "../terminal/stage-state.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";

/** Checks options, opens output and inputs, deconvolves, writes. Whatever fails, the output is as it was before. */
export async function runDeconvolution(
  given: string,
  givenFlags: RunFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { path, table: ofPath } = await sectionAt(given, givenFlags.table, storeAccess(givenFlags));
  const flags = { ...givenFlags, table: ofPath };
  const { reference, out, inPlace, newTable, overwrite } = flags;
  const meter = resourceMeter("open");
  const transfers = transferMeter("open");
  const access = sharedAccess(path, storeAccess(flags));
  const options = await deconvolveOptions(flags);
  if (flags.saveStats !== undefined && !isStatisticsInput(options.solver.input)) {
    throw new OptionError({
      option: "--save-stats",
      value: redactUrl(flags.saveStats),
      rule: `a solver of statistics; ${options.solver.name} takes ${options.solver.input}`,
      remedy: "Leave it out, or take another --solver.",
    });
  }
  const layout = resolveResultLayout({
    key: flags.keyAdded,
    obsColumns: flags.obsColumns,
    extraParameters: provenance(path, flags),
  });
  const tablePath =
    inPlace || newTable !== undefined ? await locateTable(path, flags, terminal.signal) : undefined;
  const output = await openOutput({
    input: path,
    alsoRead: [reference],
    out,
    inPlace,
    newTable,
    tablePath,
    overwrite,
    access: storeAccess(flags),
  });
  const statistics = await openStatistics(path, flags).catch(async (error) => {
    await output.discard().catch(() => undefined);
    throw error;
  });
  try {
    return await withStore(path, access, async (store) => {
      transfers.watch("spatial", redactUrl(path), store.transfer);
      const { signal, note } = terminal;
      const { table, layer, spatialKey } = flags;
      if (inPlace && !overwrite) await refuseForeignKey(store, layout.key, table, signal);
      const opened = await openSpatial(store, { table, layer, spatialKey, signal, onNotice: note });
      return await withReference(flags, terminal, (input, transfer) => {
        transfers.watch("reference", redactUrl(reference), transfer);
        const plan = planResources(memoryFacts(opened, input, options), flags);
        terminal.tell(describePlan(plan));
        const location = { path, layer, table, access: isRemote(path) ? access : undefined };
        // Coordinates are wanted for the graph and for the result; where memory is short they are read twice.
        const { readCoordinates } = opened;
        const spatial = {
          ...opened,
          location,
          readCoordinates: plan.keeps === "memory" ? once(readCoordinates) : readCoordinates,
        };
        const onProgress = (progress: StageProgress) => {
          meter.enter(progress.stage);
          transfers.enter(progress.stage);
          terminal.progress.update(stageState(progress, isSignature(input) ? "types" : "cells"));
        };
        return withScratch(plan, flags.scratch, out ?? path, async (scratch) => {
          const found = await withThreads(plan.threads, (executor) =>
            deconvolve(spatial, input, options, {
              signal,
              onProgress,
              onNotice: note,
              executor,
              scratch,
              onSummary: (summary) => {
                const parameters = { ...summary.parameters, ...provenance(path, flags) };
                return statistics && keep(statistics, { ...summary, parameters }, spatial, terminal);
              },
            }),
          );
          meter.enter("write");
          transfers.enter("write");
          await write(output, found, spatial, { ...flags, layout }, terminal);
          const { text, json } = await describeRun(
            redactUrl(out ?? resultPath(path, spatial, newTable)),
            layout.key,
            found,
            terminal.notices,
          );
          const transfer = transfers.report();
          return {
            text: [text, ...describeTransfers(transfer)].join("\n"),
            json: { ...json, memory: planJson(plan), resources: meter.report(), transfer },
          };
        });
      });
    });
  } catch (error) {
    // What went wrong first is what is told.
    await output.discard().catch(() => undefined);
    await statistics?.discard().catch(() => undefined);
    throw error;
  }
}

/** Opens the store for the statistics, where they are to be kept. */
async function openStatistics(path: string, flags: RunFlags): Promise<StagedStore | undefined> {
  const { saveStats, reference, out, overwrite } = flags;
  if (saveStats === undefined) return undefined;
  const alsoRead = out === undefined ? [reference] : [reference, out];
  return withFlags({ "--out": "--save-stats" }, () =>
    openOutput({ input: path, alsoRead, out: saveStats, overwrite, access: storeAccess(flags) }),
  );
}

async function keep(
  statistics: StagedStore,
  summary: SectionSummary,
  spatial: SpatialDataset,
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal;
  const coordinates = await readIfThere(spatial, terminal);
  await writeSummary(
    statistics,
    summary,
    { spotNames: spatial.spotNames({ signal }), coordinates },
    { signal },
  );
}

async function write(
  output: StagedStore,
  result: Deconvolution,
  spatial: SpatialDataset,
  { inPlace, newTable, overwrite, zarrFormat, layout }: RunFlags & { readonly layout: ResultLayout },
  terminal: Terminal,
): Promise<void> {
  const { signal } = terminal;
  const options = {
    ...layout,
    signal,
    onProgress: writingProgress(terminal, "writing", { count: spatial.spotCount, unit: "spots" }),
  };
  const spotNames = spatial.spotNames({ signal });
  const { tablePath } = spatial;
  if (inPlace) return addResultToStore(output, result, { spotNames }, { ...options, tablePath });
  const format = zarrFormat === undefined ? spatial.zarrFormat : (Number(zarrFormat) as 2 | 3);
  const coordinates = await readIfThere(spatial, terminal);
  if (newTable !== undefined && tablePath !== undefined) {
    const place = { name: newTable, tablePath, overwrite };
    return addResultTable(output, result, { spotNames, coordinates }, { ...options, ...place });
  }
  await writeResultStore(output, result, { spotNames, coordinates }, { ...options, zarrFormat: format });
}

/** The AnnData group that holds a result that was written into the section's own store. */
function resultPath(path: string, { tablePath }: SpatialDataset, newTable: string | undefined): string {
  if (newTable !== undefined) return `${path}/tables/${newTable}`;
  return tablePath === undefined ? path : `${path}/${tablePath}`;
}

/** A solver of independent spots needs no coordinates; a result without them cannot be drawn, but is one. */
async function readIfThere(
  spatial: SpatialDataset,
  { signal, note }: Terminal,
): Promise<Coordinates | undefined> {
  try {
    return await spatial.readCoordinates({ signal });
  } catch (error) {
    if (!isFlashdeconvError(error) || error.tag !== "CoordinateError") throw error;
    note({ code: "result-without-coordinates", message: `The result has no coordinates. ${error.message}` });
    return undefined;
  }
}

/** Where the result comes from, to be kept with it; names as they were given, without what URLs hold to show who asks. */
function provenance(path: string, flags: RunFlags): Record<string, string> {
  const { reference, table, layer = "X", referenceLayer = "X", cellTypeKey, spatialKey } = flags;
  const facts = {
    spatial: redactUrl(path),
    reference: redactUrl(reference),
    table,
    layer,
    reference_layer: referenceLayer,
    cell_type_key: cellTypeKey,
    spatial_key: spatialKey,
  };
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Calls a function the first time only and gives the same answer again. */
function once<A extends readonly unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (...args) => {
    answer ??= work(...args);
    return answer;
  };
}
