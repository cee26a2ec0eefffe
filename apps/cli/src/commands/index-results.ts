import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { OptionError } from "@flashdeconv/core";
import { shortList } from "@flashdeconv/core/internal";
import { readResultContents, resultKeys } from "@flashdeconv/io-zarr/internal";
import { type Parameters, RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import type { ReferenceScore } from "@flashdeconv/report";
import { countOf, printableLine, scoredSections } from "@flashdeconv/results/internal";
import { asStoreError, isRemote, localPath } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { RESULT_KINDS } from "../options/input-kinds.js";
import { type FoundSection, planIndexFile } from "../report/index-file.js";
import { openQualityFile, type QualityRow, qualityCsv, qualityOf } from "../report/quality-table.js";
import { isReport, writeReport } from "../report/report-file.js";
import { storedFigures } from "../report/stored-figures.js";
import { lockOptions } from "../stores/lock-options.js";
import { readText } from "../stores/read-text.js";
import { withStore } from "../stores/with-store.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv index results
  flashdeconv index results --key mine
  flashdeconv index results --sections sections.tsv`;

const RESULT = /\.(zarr(\.zip)?|h5ad)$/i;

interface IndexFlags extends TerminalOptions {
  readonly key?: string;
  readonly sections?: string;
}

export function addIndexCommand(program: Command, environment: Environment): void {
  program
    .command("index")
    .description(
      "Shows the results of a folder side by side: index.html with links to their reports, and quality.csv.",
    )
    .argument("<folder>", "folder on this machine with results (.zarr, .h5ad), each of a section")
    .option("--key <name>", `obsm key of the results (default: ${RESULT_DEFAULTS.key}, or the only one)`)
    .option(
      "--sections <file>",
      "show sections of this table alone, the first of its columns between tabs, or names line by line (default: all of the folder)",
    )
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((folder: string, flags: IndexFlags) =>
      useTerminal(environment, flags, (terminal) => indexResults(folder, flags, terminal)),
    );
}

/** Reads the results of a folder and writes what shows them side by side. Whatever fails, both files are as they were. */
async function indexResults(
  given: string,
  { key, sections: listed }: IndexFlags,
  terminal: Terminal,
): Promise<Outcome> {
  if (isRemote(given)) {
    const rule = "a folder of this machine: pages are not written behind URLs";
    throw new OptionError({ option: "<folder>", value: given, rule, remedy: "Give a path." });
  }
  const folder = localPath(given);
  const entries = await asStoreError(given, () => readdir(folder));
  const places = entries.filter((name) => RESULT.test(name) && !name.startsWith(".")).sort();
  const wanted = listed === undefined ? undefined : await readSectionNames(listed, terminal.signal);
  const leftOut = places.map(nameOf).filter((name) => wanted?.has(name) === false);
  const remedy = "move it away";
  const index = await planIndexFile(folder, { flag: "<folder>", remedy }, terminal);
  const tablePath = join(folder, "quality.csv");
  await (await openQualityFile(tablePath, lockOptions(terminal))).discard();
  const found: FoundSection[] = [];
  const rows: QualityRow[] = [];
  for (const place of places) {
    if (wanted?.has(nameOf(place)) === false) continue;
    const one = await readSection(folder, place, { key, terminal });
    if (one === undefined) continue;
    found.push(one.section);
    rows.push(one.row);
  }
  if (found.length === 0) {
    throw new OptionError({
      option: "<folder>",
      value: given,
      rule: `a folder that holds a result of flashdeconv${key === undefined ? "" : ` with the key ${key}`} (.zarr, .h5ad)${wanted === undefined ? "" : ` of a section of ${listed}`}`,
      remedy: "Give the folder that run --out-dir wrote to.",
    });
  }
  const shown = new Set(found.map(({ name }) => name));
  const missing = [...(wanted ?? [])].filter((name) => !shown.has(name));
  if (leftOut.length > 0) {
    const message = `Left out, since ${listed} does not name them: ${shortList(leftOut)}. Their results stay where they are.`;
    terminal.note({ code: "left-out", message: printableLine(message) });
  }
  if (missing.length > 0) {
    terminal.note({ code: "no-result", message: printableLine(`Without a result: ${shortList(missing)}.`) });
  }
  await writeReport(await openQualityFile(tablePath, lockOptions(terminal)), qualityCsv(rows));
  await index.write(found, { leftOut, missing });
  return {
    lines: [
      `${index.path}: ${countOf(found.length, "section")} side by side`,
      `${tablePath}: the figures of each`,
    ],
    json: { index: index.path, table: tablePath, sections: rows, left_out: leftOut, missing },
  };
}

function nameOf(place: string): string {
  return place.replace(RESULT, "");
}

/** The names of a list, or of the first column of a table with tabs, of which the workflow's calls it `name`. */
async function readSectionNames(path: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const lines = (await readText(path, {}, signal)).split(/\r?\n|\r/);
  const rows = lines[0].startsWith("name\t") ? lines.slice(1) : lines;
  return new Set(rows.map((row) => row.split("\t", 1)[0].trim()).filter((name) => name !== ""));
}

interface Reading {
  readonly key: string | undefined;
  readonly terminal: Terminal;
}

/** A result of the folder; undefined, with a note, for a store that holds none. */
async function readSection(folder: string, place: string, { key: asked, terminal }: Reading) {
  const { signal } = terminal;
  return withStore(join(folder, place), { expects: RESULT_KINDS }, async (store) => {
    const keys = await resultKeys(store, { signal });
    const usual = keys.includes(RESULT_DEFAULTS.key) || keys.length !== 1 ? RESULT_DEFAULTS.key : keys[0];
    const key = asked ?? usual;
    if (!keys.includes(key)) {
      const has = keys.length === 0 ? "no result" : `the results ${keys.join(", ")}`;
      const message = printableLine(`${place} is left out: it holds ${has}, not ${key}.`);
      terminal.note({ code: "no-result", message });
      return undefined;
    }
    const contents = await readResultContents(store, { key, signal });
    const stored = scoredSections((contents.uns?.[`${key}_params`] ?? {}) as Parameters);
    const scores = stored.flatMap(({ name: section, facts }): ReferenceScore[] => {
      const score = facts.reference_score as { level: ReferenceScore["level"]; text: string } | null;
      return score === null ? [] : [{ section, level: score.level, text: score.text }];
    });
    const isRed = scores.some(({ level }) => level === "red");
    const figures = await storedFigures(contents, key, { isRed, signal });
    const name = nameOf(place);
    const report = `${name}.report.html`;
    const path = join(folder, report);
    const link = existsSync(path) && (await isReport(path)) ? { report } : {};
    const row = qualityOf({ name, key, contents, scores: stored, figures });
    return { row, section: { name, scores, ...link, ...figures } satisfies FoundSection };
  });
}
