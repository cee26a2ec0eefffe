import { OptionError } from "@flashdeconv/core";
import { ZARR } from "@flashdeconv/io-zarr";
import { blobFile, saveAs } from "@flashdeconv/results";
import { openLocation, registerOpeners, webOpeners } from "@flashdeconv/stores";
import type { RunResult, SavedFile, SaveFormat } from "./protocol.js";

const EXTENSIONS: Readonly<Record<SaveFormat, string>> = {
  "zarr.zip": "zarr.zip",
  h5ad: "h5ad",
  csv: "csv",
  report: "report.html",
};

const TYPES: Readonly<Partial<Record<SaveFormat, string>>> = { csv: "text/csv", report: "text/html" };

registerOpeners(webOpeners(ZARR));

/** The result in another format. */
export async function saveResult(
  result: RunResult | undefined,
  format: SaveFormat,
  signal: AbortSignal,
): Promise<SavedFile> {
  if (!result) {
    throw new OptionError({
      option: "save",
      value: format,
      rule: "a result, and there is none yet",
      remedy: "Run first.",
    });
  }
  const { blob, name, key } = result;
  if (format === "zarr.zip") return { blob, name };
  const stem = name.replace(/\.zarr\.zip$/, "");
  const store = await openLocation({ opener: "blob", blob, name });
  try {
    const file = blobFile();
    await saveAs(format, { store, key }, file, { name: stem, signal });
    const made = file.blob();
    if (!made) throw new TypeError("a file that was not written");
    const type = TYPES[format];
    return { blob: type ? new Blob([made], { type }) : made, name: `${stem}.${EXTENSIONS[format]}` };
  } finally {
    await store.close();
  }
}
