import { stat } from "node:fs/promises";
import { FormatError, isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { openResultPart, type ResultPart, resultKeys } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import type { StoreKey } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { RESULT_KINDS } from "../options/input-kinds.js";
import { withFlags } from "../options/option-flags.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { parseDuration } from "../options/parse-duration.js";
import { parseNumber } from "../options/parse-number.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { nameOfPlace, refuseTableAsResult } from "../stores/place-of-result.js";
import { type LocatedStore, withStore } from "../stores/with-store.js";
import { otherViewers } from "../terminal/other-viewers.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";
import { openBrowser } from "../view/open-browser.js";
import { openPage } from "../view/page-files.js";
import { folderKeys, type KeySource, storeKeys, withDocuments } from "../view/result-keys.js";
import { startViewServer } from "../view/view-server.js";
import { writeVitessce } from "../view/write-vitessce.js";

const EXAMPLES = `
Examples:
  flashdeconv view result.zarr
  flashdeconv view section.zarr --key mine
  flashdeconv view s3://bucket/result.zarr --no-open --for 2h`;

export interface ViewFlags extends TerminalOptions, StoreFlags {
  readonly key?: string;
  readonly table?: string;
  readonly port?: number;
  /** False where it was given as --no-open. */
  readonly open?: boolean;
  /** Milliseconds. */
  readonly for?: number;
  readonly vitessce?: string;
}

export function addViewCommand(program: Command, environment: Environment): void {
  const command = program
    .command("view")
    .description(
      "Shows a result in the browser: maps to zoom, compare and select in. Nothing leaves this machine.",
    )
    .argument("<result>", "store with the result (.zarr, .zarr.zip, .h5ad), a path or URL")
    .option("--key <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--table <name>", "table of a SpatialData store with the result (default: the only one)")
    .option("--port <number>", "of 127.0.0.1 to listen at (default: any that is free)", parseNumber("--port"))
    .option(
      "--for <duration>",
      "end after that time, such as 10m (default: with Ctrl-C)",
      parseDuration("--for"),
    )
    .option(
      "--vitessce <file>",
      "write a configuration for Vitessce instead (.json), and how other programs show it",
    )
    .option("--no-open", "only print the address, open no browser");
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object with the address when it is ready")
    .option("--quiet", "no notes")
    .addHelpText("after", EXAMPLES)
    .action((result: string, flags: ViewFlags) =>
      useTerminal(environment, flags, (terminal) => viewResult(result, flags, terminal, environment)),
    );
}

/** Serves a result to a browser of this machine until it is to end. */
export async function viewResult(
  result: string,
  flags: ViewFlags,
  terminal: Terminal,
  { variables, pageFolder }: Pick<Environment, "variables" | "pageFolder">,
): Promise<Outcome> {
  const { key = RESULT_DEFAULTS.key } = flags;
  const { signal } = terminal;
  refuseTableAsResult(result);
  refuseWithoutObject(flags, remoteObjects([result], flags));
  const port = portOf(flags);
  if (flags.vitessce !== undefined)
    return tellOthers(result, { ...flags, vitessce: flags.vitessce }, terminal);
  const page = await openPage(pageFolder);
  return withStore(result, { ...storeAccess(flags), expects: RESULT_KINDS }, async (store) => {
    const part = await findPart(store, flags, terminal);
    const keys = withDocuments(await sourceOf(store, key, part), part);
    const name = nameOfPlace(result);
    const about = {
      name,
      key,
      ...(part.table !== undefined && { table: part.table }),
      kind: "zarr",
    } as const;
    signal.throwIfAborted();
    const server = await startViewServer({ page, about, keys }, port);
    const outcome: Outcome = {
      lines: [
        `${name}: obsm/${key}`,
        server.address,
        `Ctrl-C ends it.${flags.open === false ? "" : " A browser opens."}`,
      ],
      json: { address: server.address, result: name, key, table: part.table ?? null },
      isAnnounced: true,
    };
    try {
      terminal.announce(outcome);
      if (flags.open !== false) openBrowser(server.firstAddress, variables);
      await untilEnd(signal, flags.for);
    } finally {
      await server.close();
    }
    return outcome;
  });
}

/** Nothing is served: other programs read the result themselves. */
function tellOthers(
  result: string,
  flags: ViewFlags & { readonly vitessce: string },
  terminal: Terminal,
): Promise<Outcome> {
  const { key = RESULT_DEFAULTS.key, vitessce: file } = flags;
  const unused = { "--port": flags.port, "--for": flags.for, "--no-open": flags.open === false || undefined };
  for (const [option, value] of Object.entries(unused)) {
    if (value === undefined) continue;
    const rule = "a server: none is started with --vitessce";
    throw new OptionError({ option, value, rule, remedy: "Leave it out." });
  }
  return withStore(result, { ...storeAccess(flags), expects: RESULT_KINDS }, async (store) => {
    const part = await findPart(store, flags, terminal);
    const { called } = store;
    const url = await writeVitessce(
      { result, key, file, part, ...(called !== undefined && { called }) },
      terminal,
    );
    const place = { path: redactUrl(result), key, ...part, isH5ad: called !== undefined };
    const hint = isRemote(result)
      ? []
      : ["Serve the result there with CORS, or change the address in the file."];
    return {
      lines: [`${file}: for Vitessce, which reads ${url}`, ...hint, ...otherViewers(place)],
      json: { vitessce: file, url, result: nameOfPlace(result), key, table: part.table ?? null },
    };
  });
}

function portOf({ port = 0 }: ViewFlags): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  const rule = "a whole number from 0, which stands for any free one, to 65535";
  throw new OptionError({ option: "--port", value: port, rule, remedy: "Leave it out for any free one." });
}

/** Finds the result, or says which there are. */
async function findPart(
  store: LocatedStore,
  flags: ViewFlags,
  { signal, note }: Terminal,
): Promise<ResultPart> {
  const { key = RESULT_DEFAULTS.key, table } = flags;
  const others = async () => (await resultKeys(store, { table, signal })).filter((one) => one !== key);
  try {
    const part = await withFlags({ key: "--key" }, () => openResultPart(store, { key, table, signal }));
    const names = flags.key === undefined ? await others() : [];
    if (names.length > 0) {
      note({
        code: "other-results",
        message: `The store holds other results too: --key ${names.join(", --key ")}.`,
      });
    }
    return part;
  } catch (error) {
    const isAboutKey =
      isFlashdeconvError(error) &&
      ((error instanceof OptionError && error.option === "--key") || error instanceof FormatError);
    const names = isAboutKey ? await others().catch(() => []) : [];
    if (names.length === 0) throw flags.key === undefined && isAboutKey ? noResult(key) : error;
    const rule = `the key of a result of flashdeconv: ${names.join(", ")}`;
    throw new OptionError({ option: "--key", value: flags.key ?? key, rule, remedy: "Name one of these." });
  }
}

function noResult(key: string): FormatError {
  return new FormatError({
    path: `obsm/${key}`,
    found: "no result of flashdeconv",
    expected: "a dataframe with a column per type, and how it was made",
    remedy: "Give what flashdeconv run wrote with --out or --in-place; --key names another key.",
  });
}

/** A folder of this machine is read file by file, anything else through its store. */
async function sourceOf(store: LocatedStore, key: string, { tablePath }: ResultPart): Promise<KeySource> {
  const { location } = store;
  if (typeof location !== "string" || isRemote(location)) return storeKeys(store);
  const folder = localPath(location);
  if (!(await stat(folder)).isDirectory()) return storeKeys(store);
  const below = tablePath === "" ? "" : `/${tablePath}`;
  const parameters = `${below}/uns/${key}_params`;
  // What any change of the result or of the columns of obs changes too.
  const watched = [
    ...["/zarr.json", "/.zmetadata", `${below}/obs/zarr.json`, `${below}/obs/.zattrs`],
    ...[`${parameters}/zarr.json`, `${parameters}/.zgroup`],
  ];
  return folderKeys(folder, watched as StoreKey[]);
}

/** Waits until the user wants to stop, or the time is over. */
function untilEnd(signal: AbortSignal, time: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = time === undefined ? undefined : setTimeout(end, time);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    function end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    }
  });
}
