import { OptionError } from "@flashdeconv/core";
import { readResultContents, tableStore } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import { buildReport } from "@flashdeconv/report";
import { countOf, readRegions, reportInput } from "@flashdeconv/results/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { RESULT_KINDS } from "../options/input-kinds.js";
import { withFlags } from "../options/option-flags.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { openFigureFolder } from "../report/figure-folder.js";
import { openReportFile, reportPlace, writeReport } from "../report/report-file.js";
import { lockOptions } from "../stores/lock-options.js";
import { nameOfPlace, refuseTableAsResult } from "../stores/place-of-result.js";
import { withStore } from "../stores/with-store.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv report result.zarr
  flashdeconv report section.zarr --key mine --out mine.html
  flashdeconv report result.zarr --png pictures`;

export interface ReportFlags extends TerminalOptions, StoreFlags {
  readonly out?: string;
  readonly key?: string;
  readonly table?: string;
  readonly png?: string;
  readonly svg?: string;
}

export function addReportCommand(program: Command, environment: Environment): void {
  const command = program
    .command("report")
    .description(
      "Shows a result as one page of HTML that needs nothing else: maps, amounts, how sure, how made.",
    )
    .argument("<result>", "store with the result (.zarr, .h5ad), a path or URL")
    .option("-o, --out <file>", "page to write; a report is replaced (default: <result>.report.html)")
    .option("--key <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--table <name>", "table of a SpatialData store with the result (default: the only one)")
    .option("--png <folder>", "also write each map as PNG")
    .option("--svg <folder>", "also write each map as SVG, with title and legend");
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((result: string, flags: ReportFlags) =>
      useTerminal(environment, flags, (terminal) => reportResult(result, flags, terminal)),
    );
}

/** Reads a result from a store and writes its report. Whatever fails, a report that was there is as it was before. */
export async function reportResult(result: string, flags: ReportFlags, terminal: Terminal): Promise<Outcome> {
  const { key = RESULT_DEFAULTS.key, table, png, svg } = flags;
  const { signal, note } = terminal;
  refuseTableAsResult(result);
  refuseWithoutObject(flags, remoteObjects([result], flags));
  const path = flags.out ?? reportPlace(result);
  if (png !== undefined && png === svg) {
    const rule = "another folder than --png";
    throw new OptionError({ option: "--svg", value: svg, rule, remedy: "Give each a folder of its own." });
  }
  const request = { path, flag: "--out", remedy: "--out names another place", lock: lockOptions(terminal) };
  // A bad place costs no time.
  await (await openReportFile(request)).discard();
  const folders = [
    ...(png === undefined ? [] : [await openFigureFolder(png, "png")]),
    ...(svg === undefined ? [] : [await openFigureFolder(svg, "svg")]),
  ];
  const access = { ...storeAccess(flags), expects: RESULT_KINDS };
  return withStore(result, access, async (store) => {
    const contents = await withFlags({ key: "--key" }, () =>
      readResultContents(store, { key, table, signal, onNotice: note }),
    );
    const regions = await readRegions(await tableStore(store, table, signal), { key, signal });
    const name = nameOfPlace(result);
    const input = await reportInput(contents, { name, key, regions, signal });
    const { html, figures } = await buildReport(input, { signal });
    const files: string[] = [];
    for (const folder of folders) files.push(...(await folder.write(figures)));
    await writeReport(await openReportFile(request), html);
    const told =
      files.length === 0
        ? []
        : [`${countOf(files.length, "picture")} in ${[png, svg].filter(Boolean).join(" and ")}`];
    return {
      lines: [
        `${path}: the report of ${countOf(contents.spotCount, "spot")} x ${countOf(input.typeNames.length, "cell type")}`,
        ...told,
        "Open it in a browser.",
      ],
      json: {
        report: path,
        key,
        spot_count: contents.spotCount,
        cell_types: input.typeNames,
        figures: files,
      },
    };
  });
}
