import { basename, join } from "node:path";
import { buildIndex, type IndexedSection } from "@flashdeconv/report";
import { localPath } from "@flashdeconv/stores/node/internal";
import packageJson from "../../package.json";
import { lockOptions } from "../stores/lock-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { openReportFile, writeReport } from "./report-file.js";

/** A section as an index shows it, with the names of its own types. */
export type FoundSection = IndexedSection & { readonly types: readonly string[] };

/** Names of sections that a page does not show, and says so. */
export type OtherSections = Pick<Parameters<typeof buildIndex>[0], "leftOut" | "missing">;

/** The page `index.html` of a folder of results. */
export interface IndexFile {
  readonly path: string;
  write(found: readonly FoundSection[], others?: OtherSections): Promise<void>;
}

/**
 * Looks whether such a page can be written, before anything is read.
 *
 * @param flag the option that names the folder, with what its owner can do where something else is there
 * @throws StoreError where something lies there that flashdeconv did not write
 */
export async function planIndexFile(
  folder: string,
  flag: { readonly flag: string; readonly remedy: string },
  terminal: Terminal,
): Promise<IndexFile> {
  const path = join(localPath(folder), "index.html");
  const request = { path, ...flag, lock: lockOptions(terminal) };
  await (await openReportFile(request)).discard();
  return {
    path,
    async write(found, others) {
      const typeNames = [...new Set(found.flatMap(({ types }) => types))];
      const sections = found.map(({ types, shares, ...section }): IndexedSection => {
        const named = new Map(types.map((name, k) => [name, shares?.[k] ?? 0]));
        return { ...section, ...(shares && { shares: typeNames.map((name) => named.get(name) ?? 0) }) };
      });
      const name = basename(localPath(folder).replace(/[/\\]+$/, "")) || "results";
      const { version } = packageJson;
      await writeReport(
        await openReportFile(request),
        await buildIndex({ name, version, typeNames, sections, ...others }),
      );
    },
  };
}
