import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import { type InputAccess, whatIs } from "./with-store.js";

/**
 * Throws OptionError for an input that is not a Zarr store: a file that is changed where it lies is half of one after a kill, and a vendor's folder is
 * not ours to change.
 */
export async function refuseEditedInput(
  path: string,
  option: "--in-place" | "--new-table",
  access: InputAccess,
): Promise<void> {
  const called = await whatIs(path, access);
  if (called === undefined) return;
  throw new OptionError({
    option,
    value: redactUrl(path),
    rule: `a Zarr store, not ${called}`,
    remedy: "Write the result to a place of its own, with --out result.zarr or --out result.h5ad.",
  });
}
