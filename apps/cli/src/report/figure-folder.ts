import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { safeNames } from "@flashdeconv/io-zarr/internal";
import type { Figure } from "@flashdeconv/report";
import { asStoreError, localPath, makeFolders } from "@flashdeconv/stores/node/internal";

/** Lies in a folder of ours, with the names of the files in it. */
const MARK = ".flashdeconv-figures";

/** A folder of pictures of a report. */
export interface FigureFolder {
  write(figures: readonly Figure[]): Promise<string[]>;
}

/**
 * Takes a folder for pictures: a new or empty one, or one of ours, whose pictures go.
 *
 * @throws StoreError for a folder with other files in it
 */
export async function openFigureFolder(given: string, suffix: "png" | "svg"): Promise<FigureFolder> {
  const folder = localPath(given);
  const before = await asStoreError(folder, async () => {
    await makeFolders(folder);
    const names = await readdir(folder);
    if (names.length === 0) return [];
    if (!names.includes(MARK)) return undefined;
    const listed = (await readFile(join(folder, MARK), "utf8")).split("\n");
    // Never anything but files of this folder that are pictures.
    return names.filter((name) => listed.includes(name) && /^\d+-[^/\\]*\.(png|svg)$/.test(name));
  });
  if (before === undefined) {
    throw new StoreError({
      path: given,
      found: "a folder with other files in it",
      expected: "a new or empty folder, or one with pictures that flashdeconv made",
      remedy: `Choose another with --${suffix}.`,
    });
  }
  return {
    write: (figures) =>
      asStoreError(folder, async () => {
        for (const name of before) await rm(join(folder, name), { force: true });
        const digits = String(figures.length).length;
        const names = safeNames(
          figures.map(
            ({ title }, i) => `${String(i + 1).padStart(digits, "0")}-${title.replaceAll(" ", "-")}`,
          ),
          { reserved: [] },
        ).map((name) => `${name}.${suffix}`);
        await writeFile(join(folder, MARK), `${[...new Set(names)].join("\n")}\n`);
        for (const [i, figure] of figures.entries()) {
          await writeFile(join(folder, names[i]), suffix === "png" ? await figure.png() : await figure.svg());
        }
        return names.map((name) => join(folder, name));
      }),
  };
}
