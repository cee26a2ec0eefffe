import { OptionError } from "@flashdeconv/core";
import { readResultContents, streamRowNames, tableStore } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import { countOf, readStoredResult, writeH5adFile } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { RESULT_KINDS } from "../options/input-kinds.js";
import { withFlags } from "../options/option-flags.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { parseChoice } from "../options/parse-choice.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { lockOptions } from "../stores/lock-options.js";
import { fileSuffix } from "../stores/refuse-file-name.js";
import { openResultPlace } from "../stores/result-place.js";
import { withStore } from "../stores/with-store.js";
import { withoutQuery } from "../stores/without-query.js";
import { openTableFile } from "../tables/open-table-file.js";
import { formatOf, outputFormat } from "../tables/output-format.js";
import { FILE_FORMATS, type FileFormat, type TableFormat } from "../tables/table-formats.js";
import { openInPython, tellPlace } from "../terminal/open-in-python.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";

const EXAMPLES = `
Examples:
  flashdeconv export result.zarr result.csv
  flashdeconv export result.zarr result.h5ad
  flashdeconv export section.zarr proportions.csv.gz --key mine`;

/** The argument that names what is written. */
const FILE = "<file>";

export interface ExportFlags extends TerminalOptions, StoreFlags {
  readonly key?: string;
  readonly table?: string;
  readonly format?: FileFormat;
  readonly overwrite?: boolean;
}

export function addExportCommand(program: Command, environment: Environment): void {
  const command = program
    .command("export")
    .description("Writes the result that a store holds as a file: a table with a row per spot, or AnnData.")
    .argument("<result>", "store with the result, a path or URL")
    .argument("<file>", `file to write: .${FILE_FORMATS.join(", .")}`)
    .option("--key <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--table <name>", "table of a SpatialData store with the result (default: the only one)")
    .option(
      "--format <name>",
      `${FILE_FORMATS.join(", ")} (default: as the suffix of the file)`,
      parseChoice("--format", FILE_FORMATS),
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
  const { key = RESULT_DEFAULTS.key } = flags;
  const format = outputFormat(out, flags.format, FILE);
  if (format === "zarr") throw notFile(out);
  refuseWithoutObject(flags, remoteObjects([path], flags));
  const request = { path, out, flags: { ...flags, key }, terminal };
  const { spotCount, typeNames } = await (format === "h5ad"
    ? exportAnnData(request)
    : exportTable(request, format));
  const told = { path: redactUrl(out), key, format };
  return {
    lines: [
      `${tellPlace(told)}, ${countOf(spotCount, "spot")} x ${countOf(typeNames.length, "cell type")}`,
      "",
      ...openInPython(told),
    ],
    json: { result: told.path, key, format, spot_count: spotCount, cell_types: typeNames },
  };
}

function notFile(out: string): OptionError {
  const suffix = fileSuffix(out) ?? (formatOf(out) === "zarr" ? ".zarr" : "");
  const name = withoutQuery(out);
  const stem = redactUrl(name.slice(0, name.length - suffix.length));
  const why = suffix === "" ? "" : `, which ${suffix} is not`;
  return new OptionError({
    option: FILE,
    value: redactUrl(out),
    rule: `a name that ends in .${FILE_FORMATS.join(", .")}${why}`,
    remedy: `Give ${stem}.csv${/^\.(xls|ods)/i.test(suffix) ? ", which Excel opens" : ""}${suffix === "" ? ", or --format csv" : ""}.`,
  });
}

interface ExportRequest {
  readonly path: string;
  readonly out: string;
  readonly flags: ExportFlags & { readonly key: string };
  readonly terminal: Terminal;
}

interface Exported {
  readonly spotCount: number;
  readonly typeNames: readonly string[];
}

async function exportTable(request: ExportRequest, format: TableFormat): Promise<Exported> {
  const { flags, terminal } = request;
  const { key, table } = flags;
  const { signal, note } = terminal;
  const place = await openResultPlace({ ...outputOf(request), format });
  return orDiscard(place, () =>
    withStore(request.path, { ...storeAccess(flags), expects: RESULT_KINDS }, async (whole) => {
      const store = await tableStore(whole, table, signal);
      const { spotCount, typeNames, tables } = await withFlags({ key: "--key" }, () =>
        readStoredResult(store, key, signal),
      );
      const description = {
        spotCount,
        typeNames,
        spotNames: streamRowNames(store, "obs", { signal, onNotice: note }),
        signature: {},
        parameters: {},
        notices: [],
      };
      const onProgress = writingProgress(terminal, "writing", { count: spotCount, unit: "spots" });
      await place.sinkFor({ layout: { key }, signal, onProgress }).write(tables, description);
      return { spotCount, typeNames };
    }),
  );
}

/** All that a run would have written there. */
async function exportAnnData(request: ExportRequest): Promise<Exported> {
  const { flags, terminal } = request;
  const { key, table } = flags;
  const { signal, note } = terminal;
  const file = await openTableFile(outputOf(request), "h5ad");
  return orDiscard(file, () =>
    withStore(request.path, { ...storeAccess(flags), expects: RESULT_KINDS }, async (store) => {
      const contents = await withFlags({ key: "--key" }, () =>
        readResultContents(store, { key, table, signal, onNotice: note }),
      );
      const { spotCount, obsm } = contents;
      const onProgress = writingProgress(terminal, "writing", { count: spotCount, unit: "spots" });
      await writeH5adFile(file, contents, { signal, onProgress });
      return { spotCount, typeNames: obsm?.[key]?.columnNames ?? [] };
    }),
  );
}

function outputOf({ path, out, flags, terminal }: ExportRequest) {
  const { overwrite } = flags;
  const lock = lockOptions(terminal);
  return { input: path, alsoRead: [], out, flag: FILE, overwrite, access: storeAccess(flags), lock };
}

async function orDiscard<T>(place: { discard(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What went wrong first is what is told.
    await place.discard().catch(() => undefined);
    throw error;
  }
}
