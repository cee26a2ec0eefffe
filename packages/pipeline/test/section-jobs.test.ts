import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunMark } from "../src/contracts/run-mark.js";
import { readySections } from "../src/deconvolve-divided.js";
import { type Deconvolution, type DeconvolveOptions, deconvolveDivided } from "../src/index.js";
import { openRunFolder, openRunParts } from "../src/platform/node/run-folder.js";
import { runSection, sectionCheckpoint } from "../src/run-section.js";
import { RunStopped } from "../src/runtime/run-stop.js";
import { isResultWhole } from "../src/stages/sections/kept-result.js";
import { smallSection } from "./small-section.js";

const SPOTS = 450;
const { spatial, reference } = await smallSection({ spotCount: SPOTS, geneCount: 60, depth: 100 });
const names = ["large", "b/ä", "few"];
/** Unequal, and interleaved. */
const codes = Int32Array.from({ length: SPOTS }, (_, spot) => (spot % 13 === 0 ? 2 : spot % 3 === 0 ? 1 : 0));
const input = { ...spatial, sections: { codes, names } };

let parent = "";
let folder = "";
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "flashdeconv-jobs-"));
  folder = join(parent, "run");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

interface Settings {
  readonly options: Partial<DeconvolveOptions>;
  readonly perSection?: boolean;
  readonly onScratch?: boolean;
}

interface Driving {
  readonly stopAt?: RunMark;
  /** Reports after which it is stopped. */
  readonly most?: number;
}

/** Reports so many times, then is told to stop. */
function stopping(most = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  let reports = 0;
  return {
    reports: () => reports,
    given: {
      signal: controller.signal,
      onProgress: () => {
        if (++reports === most) controller.abort(new Error("stopped"));
      },
    },
  };
}

/** All that a result says. */
async function plain({ proportions, tables, ...rest }: Deconvolution) {
  const rows = [];
  for (const { values, ...table } of tables)
    rows.push({ ...table, values: Array.from((await collect(values)).values) });
  return { ...rest, rows, proportions: Array.from((await collect(proportions)).values) };
}

const whole = async ({ options, perSection }: Settings) =>
  plain(await deconvolveDivided({ ...input, perSection }, reference, options));

/** As one process that has the folder: to a mark, or to the end. */
async function drive({ options, perSection, onScratch }: Settings, { stopAt, most }: Driving = {}) {
  const run = await openRunFolder(folder, { facts: {}, resume: true, plan: {}, everySeconds: 0 });
  const { reports, given } = stopping(most);
  const told: string[] = [];
  try {
    const scratch = onScratch ? { scratch: await run.openScratch(0), windowBytes: 2 ** 24 } : undefined;
    const callbacks = { ...given, checkpoint: run.checkpoint, scratch, stopAt };
    const found = await deconvolveDivided({ ...input, perSection }, reference, options, {
      ...callbacks,
      onNotice: ({ code }) => told.push(code),
    });
    const result = await plain(found);
    await run.remove();
    return { result, reports: reports(), told };
  } catch (error) {
    await run.leave();
    if (error instanceof RunStopped) return { at: error.at, isWaiting: error.isWaiting };
    if ((error as Error).message !== "stopped") throw error;
    return { reports: reports() };
  }
}

/** As a process beside others does a section; resolves to how often it told of progress. */
async function doSection({ options, perSection }: Settings, section: number, most?: number): Promise<number> {
  const parts = await openRunParts(folder);
  const { reports, given } = stopping(most);
  const ready = await readySections({ ...input, perSection }, reference, options, {
    checkpoint: sectionCheckpoint(parts),
  });
  const run = await openRunFolder(join(parent, `own-${section}`), {
    facts: {},
    resume: true,
    everySeconds: 0,
  });
  try {
    const checkpoint = sectionCheckpoint(parts, { section, own: run.checkpoint });
    await runSection(ready, section, { parts, checkpoint, ...given });
    await run.remove();
  } catch (error) {
    await run.leave();
    if ((error as Error).message !== "stopped") throw error;
  }
  return reports();
}

const isDone = async (section: number) => {
  const spotCount = codes.filter((code) => code === section).length;
  return isResultWhole({ section, spotCount }, await openRunParts(folder));
};

async function prepared(settings: Settings): Promise<void> {
  expect(await drive(settings, { stopAt: "survey" })).toEqual({ at: "sections", isWaiting: false });
}

describe("sections of a store, each done by a process of its own", () => {
  const cases: Settings[] = [
    { options: {} },
    { options: {}, perSection: true },
    { options: { smoothing: 3 }, onScratch: true },
    { options: { method: "weighted" }, onScratch: true },
    { options: { method: "poisson", maxTypes: 2 }, onScratch: true },
    { options: { intervals: true } },
    { options: { precision: "float64", amount: "cells", cellsPerSpot: 9 } },
  ];
  it.each(cases)("give the bits of a run: %j", async (settings) => {
    const wanted = await whole(settings);
    await prepared(settings);
    // At once, in any order.
    await Promise.all([2, 0, 1].map((section) => doSection(settings, section)));
    const { result, told } = await drive(settings, { stopAt: "result" });
    expect(result).toEqual(wanted);
    expect(new Set(told)).toEqual(new Set(wanted.notices.map(({ code }) => code)));
  });

  it("killed at any moment, and done again, give the same bits", async () => {
    const settings = { options: {} };
    const wanted = await whole(settings);
    await prepared(settings);
    for (const section of [0, 1, 2]) {
      let rounds = 0;
      for (let most = 5 + section; !(await isDone(section)); most += 9, rounds++)
        await doSection(settings, section, most);
      expect(rounds).toBeGreaterThan(1);
    }
    expect((await drive(settings, { stopAt: "result" })).result).toEqual(wanted);
  });

  it("are missed by name of what is not there or damaged, which is then made again", async () => {
    const settings = { options: {} };
    const wanted = await whole(settings);
    await prepared(settings);
    const waiting = { at: "sections", isWaiting: true };
    for (const section of [0, 1, 2]) {
      expect(await drive(settings, { stopAt: "result" })).toEqual(waiting);
      await doSection(settings, section);
    }
    const files = (await readdir(join(folder, "parts"), { recursive: true })).filter((name) =>
      name.endsWith(".piece"),
    );
    expect(files).toHaveLength(6);
    for (const file of files) {
      const path = join(folder, "parts", file);
      await truncate(path, (await readFile(path)).length - 3);
      const section = Number(/\d+/.exec(file)?.[0]) - 1;
      expect(await isDone(section)).toBe(false);
      expect(await drive(settings, { stopAt: "result" })).toEqual(waiting);
      await doSection(settings, section);
      expect(await isDone(section)).toBe(true);
    }
    expect((await drive(settings, { stopAt: "result" })).result).toEqual(wanted);
  });

  it("are finished by a run, and continue one", async () => {
    const settings = { options: {} };
    const wanted = await whole(settings);
    await prepared(settings);
    await doSection(settings, 0);
    const finished = await drive(settings);
    expect(finished.result).toEqual(wanted);
    const alone = await drive(settings);
    expect(alone.result).toEqual(wanted);
    expect(finished.reports).toBeLessThan((alone.reports ?? 0) / 1.5);

    const reportsOfSections = async (isBegun: boolean) => {
      await rm(folder, { recursive: true });
      // Near its end: what is kept of sections is worth something.
      if (isBegun) await drive(settings, { most: Math.floor(0.9 * (alone.reports ?? 0)) });
      await prepared(settings);
      let reports = 0;
      for (const section of [0, 1, 2]) reports += await doSection(settings, section);
      return reports;
    };
    const all = await reportsOfSections(false);
    expect(await reportsOfSections(true)).toBeLessThan(all / 1.5);
    expect((await drive(settings, { stopAt: "result" })).result).toEqual(wanted);
  });

  it("refuse what belongs to another run", async () => {
    const settings = { options: {} };
    const parts: string[] = [];
    for (const place of ["a", "b"]) {
      folder = join(parent, place);
      await prepared(settings);
      await doSection(settings, 1);
      parts.push(join(folder, "parts", "section2", `0-${codes.filter((code) => code === 1).length}.piece`));
    }
    await writeFile(parts[1], await readFile(parts[0]));
    await expect(isDone(1)).rejects.toThrow("found a part of another run");
    await expect(drive(settings)).rejects.toThrow(`${parts[1]}: found a part of another run`);
  });
});
