import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OptionError } from "@flashdeconv/core";
import { GENERATOR } from "@flashdeconv/report";
import {
  createFile,
  isRemote,
  type LockOptions,
  localPath,
  type StagedFile,
} from "@flashdeconv/stores/node/internal";
import { fileSuffix } from "../stores/refuse-file-name.js";
import { withoutQuery } from "../stores/without-query.js";

/** So much of a page is looked at: what tells ours comes first. */
const HEAD_BYTES = 2048;
const MARK = `<meta name="generator" content="${GENERATOR}`;

/** Where the report of a result goes by default: beside it, or, where that is far, into the current folder. */
export function reportPlace(result: string): string {
  const path = isRemote(result)
    ? basename(withoutQuery(result).replace(/\/+$/, ""))
    : localPath(result).replace(/[/\\]+$/, "");
  const stem = path.replace(/\.(zarr(\.zip)?|h5ad)$/i, "");
  return join(dirname(path), `${basename(stem === "" ? path : stem) || "result"}.report.html`);
}

export interface ReportFileRequest {
  readonly path: string;
  /** The option that named it; what its owner can do where it is taken. */
  readonly flag: string;
  readonly remedy: string;
  readonly lock?: LockOptions;
}

/**
 * Opens the file that a report goes to. A report of flashdeconv is replaced, nothing else is.
 *
 * @throws OptionError for a place that no report can go to; StoreError where something else lies there, or nothing can be written
 */
export async function openReportFile({ path, flag, remedy, lock }: ReportFileRequest): Promise<StagedFile> {
  if (isRemote(path)) {
    const rule = "a path of this machine: reports are not written behind URLs";
    throw new OptionError({ option: flag, value: path, rule, remedy: "Give a path." });
  }
  const suffix = fileSuffix(path);
  if (flag === "--out" && suffix !== ".html" && suffix !== ".htm") {
    throw new OptionError({
      option: flag,
      value: path,
      rule: "a name that ends in .html",
      remedy: `Give ${path}.html.`,
    });
  }
  return createFile(localPath(path), {
    overwrite: true,
    mayReplace: isReport,
    describe: async () => `a file that is no report of flashdeconv (${remedy}),`,
    makeFolders: true,
    lock,
  });
}

/** Whether a file is a report that flashdeconv made; false for what cannot be read. */
export async function isReport(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const head = buffer.toString("latin1", 0, bytesRead);
      return head.startsWith("<!doctype html>") && head.includes(MARK);
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** Writes a page, or another text, to a file that is open, as a whole. */
export async function writeReport(file: StagedFile, text: string): Promise<void> {
  try {
    await file.append(new TextEncoder().encode(text));
    await file.commit();
  } catch (error) {
    await file.discard().catch(() => undefined);
    throw error;
  }
}
