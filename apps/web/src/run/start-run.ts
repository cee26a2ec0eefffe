import { type Coordinates, isFlashdeconvError, type Notice, OptionError } from "@flashdeconv/core";
import { openSpatial, type SpatialDataset } from "@flashdeconv/io-zarr";
import { type Deconvolution, deconvolve, deconvolveDivided, SPOT_STATUSES } from "@flashdeconv/pipeline";
import {
  gatedSource,
  hasPageScratch,
  isSignature,
  openPageScratch,
  type PageScratch,
  type RunGate,
  refines,
  wantsNeighbors,
} from "@flashdeconv/pipeline/internal";
import { pagePool } from "@flashdeconv/pipeline/page-pool";
import { blobFile, saveAs } from "@flashdeconv/results";
import { openLocation } from "@flashdeconv/stores";
import { cacheChannel, LEDGER_BYTES, transferLedger } from "@flashdeconv/stores/internal";
import type { Reference } from "./open-reference.js";
import type { Section } from "./open-section.js";
import type { PlannedRun } from "./plan-run.js";
import { progressiveMap } from "./progressive-map.js";
import type { RunEvent, RunResult } from "./protocol.js";
import { RunClock, stagesOf } from "./run-clock.js";

export interface RunRequest {
  readonly section: Section;
  readonly reference: Reference;
  readonly planned: PlannedRun;
  readonly wantsPictures: boolean;
}

export interface RunSurroundings {
  readonly signal: AbortSignal;
  readonly gate: RunGate;
  tell(event: RunEvent): void;
}

/** Of what the browser lets a site keep: the result is to be saved too, and others keep things as well. */
const SHARE_OF_FREE = 0.25;
const KEY = "flashdeconv";

/** Runs, and keeps the result as a zipped store. Whatever fails, what was saved before stays as it is. */
export async function startRun(request: RunRequest, around: RunSurroundings): Promise<RunResult> {
  const { section, planned } = request;
  const { tell } = around;
  const notices: Notice[] = [];
  const note = (notice: Notice) => {
    notices.push(notice);
    tell({ kind: "notice", notice });
  };
  const scratch = await scratchFor(planned, note);
  const channel = scratch && section.place.isRemote ? cacheChannel(scratch.path) : undefined;
  channel?.addEventListener("message", ({ data }) => {
    if (data.kind !== "stopped" || notices.some(({ code }) => code === "cache-full")) return;
    const message = `What is fetched is not all kept: found ${data.found}. Parts of the section cross the network again.`;
    note({ code: "cache-full", message });
  });
  try {
    return await runWith(scratch, request, { ...around, note, notices });
  } finally {
    channel?.close();
    await scratch?.remove();
  }
}

/** Files of the browser, where it has some: a run that needs none goes on without. */
async function scratchFor(
  { memory }: PlannedRun,
  note: (notice: Notice) => void,
): Promise<PageScratch | undefined> {
  const isNeeded = memory.keeps === "scratch";
  try {
    if (hasPageScratch()) return await openPageScratch(memory.scratchBytes);
  } catch (error) {
    if (isNeeded || !isFlashdeconvError(error)) throw error;
  }
  note({
    code: "no-browser-files",
    message:
      "This browser keeps no files for the page (a private window, or an address without https), so parts of a section behind a link are fetched more than once.",
  });
  return undefined;
}

type Told = RunSurroundings & { readonly notices: readonly Notice[]; note(notice: Notice): void };

async function runWith(
  scratch: PageScratch | undefined,
  { section, reference, planned, wantsPictures }: RunRequest,
  { signal, gate, tell, notices, note }: Told,
): Promise<RunResult> {
  const { options, memory, told } = planned;
  const input = requireTypes(reference);
  const clock = new RunClock(
    stagesOf({
      isSmoothed: wantsNeighbors(options),
      isRefined: refines(options),
      hasIntervals: options.intervals,
    }),
  );
  const stop = gate.onChange((isShut) => (isShut ? clock.pause() : clock.goOn()));
  const { place, choices, sections } = section;
  const ledger = new (memory.threads > 0 && canShare() ? SharedArrayBuffer : ArrayBuffer)(LEDGER_BYTES);
  const access = place.isRemote ? { ledger, cache: scratch?.path } : {};
  const store = await openLocation(place.location, access);
  const executor =
    memory.threads > 0
      ? pagePool({ workerCount: memory.threads, startWorker: startPassWorker, gate })
      : undefined;
  try {
    const { bin, ...asStore } = choices;
    const dataset = await openSpatial(store, { ...asStore, signal, onNotice: note });
    // Of several sections a neighbour's component is not asked for.
    const readCoordinates: SpatialDataset["readCoordinates"] = sections
      ? (given) => dataset.readCoordinates({ ...given, withSections: false })
      : dataset.readCoordinates;
    const coordinatesOnce = once(readCoordinates);
    const spatial = {
      ...dataset,
      counts: gatedSource(dataset.counts, gate),
      readCoordinates: coordinatesOnce,
      location: { store: place.location, layer: choices.layer, table: choices.table, access },
    };
    const unit = isSignature(input) ? "types" : "cells";
    const callbacks = {
      ...{ executor, gate, signal, onNotice: note },
      scratch:
        scratch && memory.keeps === "scratch" ? { scratch, windowBytes: memory.windowBytes } : undefined,
      keptCounts:
        scratch && place.isRemote
          ? { scratch, mostBytes: SHARE_OF_FREE * (await scratch.freeBytes()) }
          : undefined,
      onProgress: (progress: Parameters<RunClock["progress"]>[0]) =>
        tell({ kind: "progress", progress: clock.progress(progress, unit) }),
    };
    const draws = wantsPictures && sections === undefined;
    const places = draws ? await ifThere(() => coordinatesOnce({ signal })) : undefined;
    const onSweep = places && progressiveMap(places, (picture) => tell({ kind: "picture", picture }));
    const held = isSignature(input) ? input : { ...input, counts: gatedSource(input.counts, gate) };
    const result = sections
      ? await deconvolveDivided({ ...spatial, sections }, held, options, callbacks)
      : await deconvolve(spatial, held, options, { ...callbacks, onSweep });
    // What they hold is free before the result is written.
    await executor?.close();
    const { spotCount } = result;
    tell({
      kind: "progress",
      progress: clock.progress({ stage: "write", done: 0, total: spotCount }, unit),
    });
    const coordinates = await ifThere(() => coordinatesOnce({ signal }), note);
    const file = blobFile();
    const layout = {
      key: KEY,
      command: told.command,
      extraParameters: {
        spatial: place.name,
        reference: reference.told.name,
        layer: choices.layer ?? "X",
        ...(reference.told.typeColumn !== undefined && { cell_type_key: reference.told.typeColumn }),
      },
    };
    const frame = { spotNames: spatial.spotNames({ signal }), coordinates };
    const source = { result: { ...result, notices }, frame, layout, like: dataset.outputHint };
    await saveAs("zarr.zip", source, file, { signal });
    const blob = file.blob();
    if (!blob) throw new TypeError("a result that was not written");
    return {
      blob,
      name: `${stemOf(place.name)}.flashdeconv.zarr.zip`,
      key: KEY,
      spotCount,
      typeNames: result.typeNames,
      means: await meansOf(result),
      statusCounts: SPOT_STATUSES.map((_, code) => countOf(result.statuses, code)),
      parameters: result.parameters,
      notices,
      seconds: clock.seconds,
      fetchedBytes: transferLedger(ledger).counts().bytesReceived,
      command: told.command,
    };
  } finally {
    stop();
    await executor?.close();
    await store.close();
  }
}

function startPassWorker(): Worker {
  return new Worker(new URL("./pass-worker.ts", import.meta.url), { type: "module" });
}

function canShare(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

function requireTypes({ input, told }: Reference): NonNullable<Reference["input"]> {
  if (input) return input;
  throw new OptionError({
    option: "type column",
    value: undefined,
    rule: "a column of obs with the types of the cells",
    remedy: `Choose one: none of ${told.name} looks like it.`,
  });
}

/** Undefined where a section has no coordinates: a run that smooths nothing needs none. */
async function ifThere(
  read: () => Promise<Coordinates>,
  note?: (notice: Notice) => void,
): Promise<Coordinates | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isFlashdeconvError(error) || error.tag !== "CoordinateError") throw error;
    note?.({
      code: "result-without-coordinates",
      message: `The result has no coordinates. ${error.message}`,
    });
    return undefined;
  }
}

/** Means over spots with an answer. */
async function meansOf({ proportions, typeNames, dominant }: Deconvolution): Promise<number[]> {
  const sums = new Float64Array(typeNames.length);
  let count = 0;
  for await (const { values, spotStart, spotCount, width } of proportions.chunks()) {
    for (let row = 0; row < spotCount; row++) {
      if (dominant[spotStart + row] < 0) continue;
      count++;
      for (let k = 0; k < width; k++) sums[k] += values[row * width + k];
    }
  }
  return Array.from(sums, (sum) => (count === 0 ? 0 : sum / count));
}

function countOf(codes: Uint8Array, code: number): number {
  return codes.reduce((count, one) => count + (one === code ? 1 : 0), 0);
}

function stemOf(name: string): string {
  const last = name.split("/").filter(Boolean).at(-1) ?? "section";
  return last.replace(/(\.zarr)?(\.zip)?$|\.h5(ad)?$/i, "") || "section";
}

function once<A extends readonly unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (...args) => {
    answer ??= work(...args);
    return answer;
  };
}
