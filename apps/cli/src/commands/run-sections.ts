import { basename, join } from "node:path";
import { type Notice, OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import {
  type DeconvolveOptions,
  type OpenReference,
  type PreparedReference,
  prepareReference,
  type SpatialInput,
  type StageProgress,
} from "@flashdeconv/pipeline";
import { chooseTogether, divideSection, isSignature } from "@flashdeconv/pipeline/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { noticeInFlags } from "../options/option-flags.js";
import { deconvolveOptions, type RunFlags } from "../options/run-flags.js";
import { sharedAccess, storeAccess } from "../options/store-options.js";
import { memoryFacts } from "../resources/memory-facts.js";
import { planResources } from "../resources/plan-resources.js";
import { withThreads } from "../resources/with-threads.js";
import { lockOptions } from "../stores/lock-options.js";
import { openOutput } from "../stores/open-output.js";
import { openSections } from "../stores/open-sections.js";
import { sectionAt } from "../stores/section-at.js";
import { type ReferenceSource, withReference } from "../stores/with-reference.js";
import { withStore } from "../stores/with-store.js";
import { stageState } from "../terminal/stage-state.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { runDeconvolution } from "./run-deconvolution.js";

export interface SectionsFlags extends RunFlags {
  readonly outDir?: string;
}

/**
 * Runs sections one after the other, each with a result of its own. The reference is read once, and the strength of smoothing is chosen on
 * all of them together, unless each is to have its own.
 */
export async function runSections(
  given: readonly string[],
  { outDir, ...flags }: SectionsFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const places = placesOf(given, outDir, flags);
  if (given.length === 1) {
    return runDeconvolution(given[0], { ...flags, out: places[0] }, terminal);
  }
  // Bad options should not cost the work that goes before the first section.
  const options = await deconvolveOptions(given[0], { ...flags, out: places[0] });
  await refuseTaken(given, places, flags, terminal);
  const shared = await withReference(flags, terminal, async (reference, source) => {
    const onProgress = (progress: StageProgress) => terminal.progress.update(stageState(progress, "cells"));
    const read = await prepareReference(reference, options, { signal: terminal.signal, onProgress });
    const isChosen = !flags.perSection && options.smoothing === "auto";
    const prepared = isSignature(read) ? undefined : read;
    if (!isChosen) return { prepared };
    const sections = { given, flags, reference, source, prepared };
    return { prepared, settled: await chooseOptions(sections, options, terminal) };
  });
  const outcomes: Outcome[] = [];
  for (const [i, section] of given.entries()) {
    terminal.tell(`Section ${i + 1} of ${given.length}: ${redactUrl(section)}`);
    const own = { ...flags, out: places[i] };
    outcomes.push(await runDeconvolution(section, own, sectionTerminal(terminal), shared));
  }
  return {
    lines: outcomes.flatMap(({ lines }, i) => (i === 0 ? lines : ["", ...lines])),
    json: { sections: outcomes.map(({ json }) => json) },
  };
}

interface SectionsToTry {
  readonly given: readonly string[];
  readonly flags: RunFlags;
  readonly reference: OpenReference;
  readonly source: ReferenceSource;
  readonly prepared: PreparedReference | undefined;
}

/** The options with the strengths that suit all sections. */
async function chooseOptions(
  { given, flags, reference, source, prepared }: SectionsToTry,
  options: DeconvolveOptions,
  terminal: Terminal,
): Promise<DeconvolveOptions> {
  const { signal } = terminal;
  const onProgress = (progress: StageProgress) => terminal.progress.update(stageState(progress, "cells"));
  let threads = 0;
  const open = async (
    rest: readonly string[],
    opened: readonly SpatialInput[],
  ): Promise<DeconvolveOptions> => {
    const [first, ...others] = rest;
    if (first === undefined) {
      const settled = await withThreads(threads, (executor) =>
        chooseTogether(opened, prepared ?? reference, options, { executor, signal, onProgress }),
      );
      terminal.tell(`Chosen on ${numbered(opened.length, "section")} together: ${told(settled)}`);
      return settled;
    }
    const { path, table = flags.table } = await sectionAt(first, flags.table, storeAccess(flags));
    const access = sharedAccess(path, storeAccess(flags));
    return withStore(path, access, async (store) => {
      const opening = await openSections(store, { ...flags, table }, { signal });
      const facts = memoryFacts(opening, reference, options, {
        isFar: isRemote(path) || isRemote(flags.reference),
        reference: source.memory,
        coordinateBytes: await opening.coordinateBytes({ signal }),
        heldBytes: store.heldBytes ?? 0,
      });
      threads = Math.max(threads, planResources(facts, flags).threads);
      const { sections, ...dataset } = opening;
      const whole = { ...dataset, location: { store: path, layer: flags.layer, table, access } };
      return open(others, [...opened, ...(sections ? divideSection(whole, sections) : [whole])]);
    });
  };
  return open(given, []);
}

function told({ smoothing, solver, solverOptions }: DeconvolveOptions): string {
  const pull = solverOptions[solver.shrinkage?.option ?? ""];
  return typeof pull === "number" && pull > 0 ? `shrinkage ${pull}` : `smoothing ${smoothing}`;
}

/** Where each result goes: `undefined` for the section's own store. */
function placesOf(
  given: readonly string[],
  outDir: string | undefined,
  flags: RunFlags,
): (string | undefined)[] {
  if (given.length > 1) {
    for (const [flag, value] of [
      ["--out", flags.out],
      ["--save-stats", flags.saveStats],
      ["--run-dir", flags.runDir],
    ] as const) {
      if (value !== undefined)
        throw refused(flag, redactUrl(value), "one section: it names one place", "--out-dir");
    }
  }
  if (outDir === undefined) {
    if (given.length === 1 || flags.inPlace || flags.newTable !== undefined)
      return given.map(() => flags.out);
    const rule = "a folder for the results of several sections, or --in-place, or --new-table";
    throw new OptionError({ option: "--out-dir", value: undefined, rule, remedy: "Give one of them." });
  }
  if (flags.out !== undefined || flags.inPlace || flags.newTable !== undefined) {
    throw refused("--out-dir", outDir, "no other place beside it (--out, --in-place, --new-table)");
  }
  const names = given.map(nameOf);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw refused("--out-dir", outDir, `sections of different names, but two are called ${twice}`);
  }
  return names.map((name) => join(outDir, `${name}.zarr`));
}

/** Tells of a place that cannot be written to before the work that goes before the first section; `--resume` looks itself. */
async function refuseTaken(
  given: readonly string[],
  places: readonly (string | undefined)[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const { overwrite, reference, resume } = flags;
  if (resume) return;
  for (const [i, out] of places.entries()) {
    if (out === undefined) continue;
    const access = storeAccess(flags);
    const { path: input } = await sectionAt(given[i], flags.table, access);
    const request = { input, alsoRead: [reference], out, overwrite, access, lock: lockOptions(terminal) };
    await (await openOutput(request)).discard();
  }
}

/** The last part of a section's place, without what tells its form. */
function nameOf(section: string): string {
  const [place] = redactUrl(section).split("?");
  return basename(place.replace(/\/+$/, "")).replace(/\.zarr(\.zip)?$|\.zip$/i, "");
}

function refused(option: string, value: unknown, rule: string, instead?: string): OptionError {
  return new OptionError({
    option,
    value,
    rule,
    remedy: instead ? `Give ${instead}.` : "Leave one of them out.",
  });
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
