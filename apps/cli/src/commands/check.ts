import { OptionError } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import type { SpatialInput } from "@flashdeconv/pipeline";
import { checkTypes, stageInWords } from "@flashdeconv/pipeline/internal";
import { mergesOf } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { StagedFile } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { REFERENCE_KINDS } from "../options/input-kinds.js";
import { addCountOptions, type SectionFlags, sectionOptions } from "../options/input-options.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { parseNumber } from "../options/parse-number.js";
import { addSchemaOptions } from "../options/schema-options.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { lockOptions } from "../stores/lock-options.js";
import { noteChoice } from "../stores/note-choice.js";
import { isTable } from "../stores/read-text.js";
import { sectionAt } from "../stores/section-at.js";
import { type ReferenceFlags, withReference } from "../stores/with-reference.js";
import { withStore } from "../stores/with-store.js";
import { openOwnFile } from "../tables/open-table-file.js";
import { describeCheck } from "../terminal/describe-check.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv check cells.zarr --spatial section.zarr
  flashdeconv check cells.zarr --cell-type-key annotation --depth 2000
  flashdeconv check cells.zarr --spatial section.zarr --out merges.json
  flashdeconv run section.zarr --reference cells.zarr --merge-types @merges.json --out result.zarr`;

export interface CheckFlags
  extends TerminalOptions,
    StoreFlags,
    Omit<SectionFlags, "spatialKey" | "spatialColumns" | "sectionKey">,
    Omit<ReferenceFlags, "reference"> {
  readonly spatial?: string;
  readonly depth?: number;
  readonly out?: string;
  readonly allowNonCounts?: boolean;
}

export function addCheckCommand(program: Command, environment: Environment): void {
  const command = program
    .command("check")
    .description(
      "Says which cell types of a reference can be told apart: spots of known composition are mixed of its cells and deconvolved.",
    )
    .argument("<reference>", REFERENCE_KINDS)
    .option("--spatial <path>", "section to judge for: its counts per spot, genes and chemistry")
    .option(
      "--depth <count>",
      "counts per spot to judge at without a section (default: those of a cell of the reference, the only depth it tells)",
      parseNumber("--depth"),
    )
    .option("--out <path>", "write the proposed merges for --merge-types @file: a new .json");
  addCountOptions(command);
  addSchemaOptions(command, ["allowNonCounts"]);
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((reference: string, flags: CheckFlags) =>
      useTerminal(environment, flags, (terminal) => checkReference(reference, flags, terminal)),
    );
}

/** Reads the cells and some spots, and judges. Throws before that for options that cannot be used. */
export async function checkReference(
  reference: string,
  flags: CheckFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { spatial, depth, out, allowNonCounts } = flags;
  const { signal, note } = terminal;
  checkDepth(flags);
  refuseOfSection(flags);
  refuseWithoutObject(flags, {
    ...remoteObjects([reference, spatial], flags),
    cells: !isTable(reference),
  });
  const file = out === undefined ? undefined : await openMerges(out, [reference, spatial], terminal);
  try {
    const outcome = await withReference({ ...flags, reference }, terminal, (input) =>
      withSection(flags, terminal, async (section) => {
        const callbacks = {
          signal,
          onNotice: note,
          onProgress: (progress: Parameters<typeof stageInWords>[0]) =>
            terminal.progress.update(
              stageInWords(progress, progress.stage === "reference" ? "cells" : "spots"),
            ),
        };
        const asked = { spatial: section, depth, options: { allowNonCounts } };
        const checked = await checkTypes(input, asked, callbacks);
        const places = {
          reference: redactUrl(reference),
          spatial: spatial === undefined ? undefined : redactUrl(spatial),
          merges: out,
        };
        await file?.append(Buffer.from(`${JSON.stringify(mergesOf(checked), null, 2)}\n`));
        return describeCheck(checked, places, terminal.notices);
      }),
    );
    await file?.commit();
    return outcome;
  } finally {
    // After a commit this does nothing.
    await file?.discard().catch(() => undefined);
  }
}

function checkDepth({ spatial, depth }: CheckFlags): void {
  if (depth === undefined) return;
  const option = "--depth";
  if (!(depth >= 1)) throw new OptionError({ option, value: depth, rule: "a number of at least 1" });
  if (spatial === undefined) return;
  const rule = "nothing with --spatial: types are judged at the depths of the section";
  throw new OptionError({ option, value: depth, rule, remedy: "Leave one of the two out." });
}

/** Options about a section that is not given. */
function refuseOfSection({ spatial, table, bin, cells, layer, geneKey }: CheckFlags): void {
  if (spatial !== undefined) return;
  const about = { "--table": table, "--bin": bin, "--cells": cells, "--layer": layer, "--gene-key": geneKey };
  for (const [option, value] of Object.entries(about)) {
    if (value === undefined) continue;
    const rule = "a section that it is about, with --spatial";
    throw new OptionError({ option, value, rule, remedy: "Leave it out." });
  }
}

async function withSection<T>(
  flags: CheckFlags,
  terminal: Terminal,
  work: (section: SpatialInput | undefined) => Promise<T>,
): Promise<T> {
  const { spatial: given } = flags;
  if (given === undefined) return work(undefined);
  const access = storeAccess(flags);
  const { path, table } = await sectionAt(given, flags.table, access);
  return withStore(path, access, async (store) => {
    const { signal, note } = terminal;
    const options = { ...sectionOptions({ ...flags, table }), signal, onNotice: note };
    const section = await openSpatial(store, options);
    await noteChoice(store, terminal);
    return work(section);
  });
}

/** A file is never replaced: nothing in it tells whose it is. */
function openMerges(
  out: string,
  [input, ...others]: readonly (string | undefined)[],
  terminal: Terminal,
): Promise<StagedFile> {
  if (!/\.json$/i.test(out)) {
    throw new OptionError({
      option: "--out",
      value: redactUrl(out),
      rule: "a name that ends in .json: merges are written as JSON",
      remedy: "Give another name.",
    });
  }
  const alsoRead = others.filter((path) => path !== undefined);
  const request = { input: input as string, alsoRead, out, lock: lockOptions(terminal) };
  return openOwnFile(request, { kind: "merges", isOurs: async () => false });
}
