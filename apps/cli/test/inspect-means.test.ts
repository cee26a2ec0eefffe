import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { meanCounts, smallStores, writeCells } from "./small-stores.js";

const stores = smallStores();
const { typeNames, geneNames, values } = await meanCounts();
const rows = typeNames.map((_, k) => [...values.subarray(k * geneNames.length, (k + 1) * geneNames.length)]);

type Rows = Readonly<Record<string, readonly number[]>>;
const MEANS: Rows = Object.fromEntries(typeNames.map((name, k) => [name, rows[k]]));

const changed = (change: (mean: number) => number): Rows =>
  Object.fromEntries(Object.entries(MEANS).map(([name, row]) => [name, row.map(change)]));

async function tableOf(types: Rows): Promise<string> {
  const path = join(await temporaryFolder(), "means.csv");
  const lines = geneNames.map((gene, g) => [gene, ...Object.values(types).map((row) => row[g])].join(","));
  await writeFile(path, `${["gene", ...Object.keys(types)].join(",")}\n${lines.join("\n")}\n`);
  return path;
}

/** What inspect and a run with the usual options say of a reference. */
async function both(reference: string) {
  const args = [stores.spatial, "--reference", reference];
  const { stdout: text } = await runCli(["inspect", ...args]);
  const inspected = JSON.parse((await runCli(["inspect", ...args, "--json"])).stdout).reference;
  const run = await runCli(["run", ...args, "--out", join(await temporaryFolder(), "out"), "--json"]);
  const notices: { code: string; message: string }[] = JSON.parse(run.stdout).notices ?? [];
  return { text, inspected, run, notices };
}

describe("inspect on a table of means", () => {
  it.each([
    ["raw", "raw", MEANS, /^Values: means of raw counts/m],
    ["per million", "raw", changed((mean) => mean * 1e4), /^Values: means of raw counts/m],
    ["logged", "logged", changed(Math.log1p), /^Values: NOT means .* logged, .* would refuse them/m],
    ["0 or 1", "all 0 or 1", changed((mean) => (mean > 3 ? 1 : 0)), /^Values: NOT means .* 0 or 1/m],
    [
      "a root",
      "may be logged",
      changed((mean) => (mean / 100) ** 0.8),
      /^Values: perhaps NOT means .* as well/m,
    ],
  ])("says what a run thinks of it: %s", async (_, verdict, means, line) => {
    const { text, inspected, run, notices } = await both(await tableOf(means));
    expect(inspected.means.verdict).toBe(verdict);
    expect(text).toMatch(line);
    const told = notices
      .map(({ code }) => code)
      .filter((code) => /^(boolean-reference|reference-may-be-logged)$/.test(code));
    expect([run.code, ...told]).toEqual(
      { raw: [0], logged: [2], "all 0 or 1": [0, "boolean-reference"] }[verdict] ?? [
        0,
        "reference-may-be-logged",
      ],
    );
  });

  it("says so of cells whose logged values were rounded, as a run does", async () => {
    const path = join(await temporaryFolder(), "cells");
    await writeCells(path, {
      counts: (counts) => ({
        ...counts,
        values: counts.values.map((count) => Math.round(Math.log1p(count))),
      }),
    });
    const { text, inspected, notices } = await both(path);
    expect(notices.map(({ code }) => code)).toContain("reference-may-be-logged");
    expect(text).toMatch(/^The values may be logged and rounded/m);
    expect(inspected).toMatchObject({ means: null, may_be_rounded_logs: true });
    const raw = await both(stores.reference);
    expect(raw.inspected).toMatchObject({ means: null, may_be_rounded_logs: false });
  });
});

/** Pairs that the remarks of inspect name as alike, and those that the notices of a run do. */
async function alikePairs(types: Rows) {
  const { inspected, notices } = await both(await tableOf(types));
  const pairIn = (text: string) =>
    text
      .match(/"[^"{]+"/g)
      ?.sort()
      .join();
  const told = (code: string) =>
    notices
      .filter((notice) => notice.code === code)
      .map(({ message }) => pairIn(message.split("To merge")[0]));
  const remarked = (words: string) => {
    const remarks: { name: string; remark: string }[] = inspected.cell_types;
    const texts = remarks.map(({ name, remark }) => [name, remark.split(words)[1]?.split(";")[0]]);
    return [...new Set(texts.flatMap(([name, others]) => (others ? [pairIn(`"${name}" ${others}`)] : [])))];
  };
  return {
    run: { similar: told("similar-types"), same: told("undetermined-types") },
    inspect: { similar: remarked("nearly the same profile as"), same: remarked("cannot be told apart from") },
  };
}

describe("types that are alike", () => {
  it.each([0, 0.01, 0.03, 0.06, 0.09, 0.12, 0.2, 0.5])(
    "are the same to inspect and to a run: genes off by %s",
    async (by) => {
      const near = rows[1].map((mean, g) => mean * (1 + (g % 2 === 0 ? by : -by)));
      const found = await alikePairs({ ...MEANS, near });
      expect(found.inspect).toEqual(found.run);
      const pair = `"near","${typeNames[1]}"`;
      if (by === 0) expect(found.run).toEqual({ similar: [], same: [pair] });
      if (by > 0 && by < 0.05) expect(found.run).toEqual({ similar: [pair], same: [] });
      if (by > 0.15) expect(found.run).toEqual({ similar: [], same: [] });
    },
  );
});
