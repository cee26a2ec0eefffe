import { collect, type ErrorTag, isFlashdeconvError } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import { expect } from "vitest";
import type { Rows } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

export const ROWS: Rows = [
  [0, 3, 0, 1],
  [5, 0, 0, 2],
  [1, 1, 1, 1],
];

export interface Expected {
  readonly tag: ErrorTag;
  /** What the message must open with. */
  readonly subject: string;
  readonly found: string | RegExp;
  readonly expected?: string | RegExp;
  readonly remedy?: string | RegExp;
}

export async function refused(task: Promise<unknown>, wanted: Expected): Promise<void> {
  const error = await task.then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  if (!isFlashdeconvError(error)) throw error;
  expect(error.tag).toBe(wanted.tag);
  expect(error.message.startsWith(`${wanted.subject}: found `)).toBe(true);
  expect(error.found).toMatch(wanted.found);
  expect(error.expected).toMatch(wanted.expected ?? /\w/);
  expect(error.remedy).toMatch(wanted.remedy ?? /^[A-Z].*\.$/);
}

export const read = async (zarr: TinyZarr, layer?: string) =>
  collect((await openSpatial(zarr, { layer })).counts);

/** Changes a metadata document of a store. */
export function edit(zarr: TinyZarr, key: string, change: Record<string, unknown>): void {
  const bytes = zarr.files.get(key);
  if (!bytes) throw new Error(`no ${key}`);
  zarr.json(key, { ...JSON.parse(new TextDecoder().decode(bytes)), ...change });
}
