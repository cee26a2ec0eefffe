import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { readResultContents } from "@flashdeconv/io-zarr/internal";
import { resultContents } from "@flashdeconv/pipeline/internal";
import { buildReport } from "@flashdeconv/report";
import { reportInput } from "@flashdeconv/results/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import type { RunFlags } from "../options/run-flags.js";
import { storeAccess } from "../options/store-options.js";
import { lockOptions } from "../stores/lock-options.js";
import { readIfThere } from "../stores/read-if-there.js";
import { withStore } from "../stores/with-store.js";
import type { ResultOfSection } from "../stores/write-result.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData } from "../tables/table-formats.js";
import type { Terminal } from "../terminal/terminal.js";
import { openReportFile, reportPlace, writeReport } from "./report-file.js";

/** The report that a run leaves beside its result. */
export interface RunReport {
  readonly path: string;
  /** Makes it of a result that is in memory. */
  write(subject: ResultOfSection): Promise<void>;
  /** Makes it of the result that is there, where there is no report yet; false where there is none after. */
  complete(key: string): Promise<boolean>;
}

/**
 * Looks whether a report can be written beside a result, before anything is read. Undefined where none is to be made: with --no-report,
 * without --out, and where the result goes behind a URL.
 *
 * @throws StoreError where something lies there that flashdeconv did not write
 */
export async function planRunReport(flags: RunFlags, terminal: Terminal): Promise<RunReport | undefined> {
  const { out } = flags;
  if (out === undefined || flags.report === false || isRemote(out)) return undefined;
  const path = reportPlace(out);
  const { signal } = terminal;
  const openFile = () =>
    openReportFile({
      path,
      flag: "--no-report",
      remedy: "--no-report makes none",
      lock: lockOptions(terminal),
    });
  await (await openFile()).discard();
  const make = async (contents: AnnDataContents, key: string) => {
    const { html } = await buildReport(await reportInput(contents, { name: basename(out), key, signal }), {
      signal,
    });
    await writeReport(await openFile(), html);
  };
  return {
    path,
    async write({ result, spatial, layout }) {
      const coordinates = await readIfThere(spatial, { ...terminal, note: () => undefined });
      const frame = { spotNames: [], coordinates };
      await make(
        await resultContents(result.tables, { ...result, ...frame }, { ...layout, maps: false }),
        layout.key ?? "",
      );
    },
    async complete(key) {
      if (existsSync(path)) return true;
      if (!isAnnData(outputFormat(out, flags.format))) return false;
      await withStore(out, storeAccess(flags), async (store) =>
        make(await readResultContents(store, { key, signal }), key),
      );
      return true;
    },
  };
}
