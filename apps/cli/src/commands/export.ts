import { OptionError } from "@flashdeconv/core";
import { streamRowNames } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { parseChoice } from "../options/parse-choice.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { lockOptions } from "../stores/lock-options.js";
import { readStoredResult } from "../stores/read-stored-result.js";
import { openResultPlace } from "../stores/result-place.js";
import { withStore } from "../stores/with-store.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData, TABLE_FORMATS, type TableFormat } from "../tables/table-formats.js";
import { countOf } from "../terminal/format.js";
import { openInPython, tellPlace } from "../terminal/open-in-python.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";

const EXAMPLES = `
Examples:
  flashdeconv export result.zarr result.csv
  flashdeconv export section.zarr proportions.csv.gz --key mine`;

export interface ExportFlags extends TerminalOptions, StoreFlags {
  readonly key?: string;
  readonly format?: TableFormat;
  readonly overwrite?: boolean;
}

export function addExportCommand(program: Command, environment: Environment): void {
  const command = program
    .command("export")
    .description("Writes the result that a store holds as a table: a row per spot, a column per type.")
    .argument("<result>", "store with the result, a path or URL")
    .argument("<file>", `file to write: .${TABLE_FORMATS.join(", .")}`)
    .option("--key <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option(
      "--format <name>",
      `${TABLE_FORMATS.join(", ")} (default: as the suffix of the file)`,
      parseChoice("--format", TABLE_FORMATS),
    )
    .option("--overwrite", "replace the file, if flashdeconv wrote it");
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((result: string, file: string, flags: ExportFlags) =>
      useTerminal(environment, flags, (terminal) => exportResult([result, file], flags, terminal)),
    );
}

/** Reads a result from a store and writes it to a file. Whatever fails, the file is as it was before. */
export async function exportResult(
  [path, out]: readonly [result: string, file: string],
  flags: ExportFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { signal } = terminal;
  const { key = RESULT_DEFAULTS.key, overwrite } = flags;
  const format = outputFormat(out, flags.format);
  if (isAnnData(format)) {
    throw new OptionError({
      option: "--format",
      value: flags.format ?? format,
      rule: `one of ${TABLE_FORMATS.join(", ")}, which the file's name says too`,
      remedy: `Give ${redactUrl(out)}.csv, or --format csv.`,
    });
  }
  refuseWithoutObject(flags, remoteObjects([path], flags));
  const access = storeAccess(flags);
  const lock = lockOptions(terminal);
  const place = await openResultPlace({ input: path, alsoRead: [], out, overwrite, access, lock, format });
  try {
    return await withStore(path, access, async (store) => {
      const { spotCount, typeNames, tables } = await readStoredResult(store, key, signal);
      const onProgress = writingProgress(terminal, "writing", { count: spotCount, unit: "spots" });
      const description = {
        spotCount,
        typeNames,
        spotNames: streamRowNames(store, "obs", { signal }),
        signature: {},
        parameters: {},
        notices: [],
      };
      await place.sinkFor({ layout: { key }, signal, onProgress }).write(tables, description);
      const told = { path: redactUrl(out), key, format };
      return {
        lines: [
          `${tellPlace(told)}, ${countOf(spotCount, "spot")} x ${countOf(typeNames.length, "cell type")}`,
          "",
          ...openInPython(told),
        ],
        json: { result: told.path, key, format, spot_count: spotCount, cell_types: typeNames },
      };
    });
  } catch (error) {
    // What went wrong first is what is told.
    await place.discard().catch(() => undefined);
    throw error;
  }
}
