import { StoreError } from "@flashdeconv/core";
import { CONVERTED } from "../write/foreign-part.js";

/** What to throw where a store is not replaced, as it was converted. */
export function converted(path: string): StoreError {
  return new StoreError({
    path,
    found: `${CONVERTED} and that is already there`,
    expected: "a path that is free: what was converted is never replaced, as runs read it",
    remedy: "Choose another path, or remove what is there yourself.",
  });
}

/** What to throw where a store is not replaced, as flashdeconv did not write all of it; `foreign` is what it did not write. */
export function notOurs(path: string, foreign: string): StoreError {
  return new StoreError({
    path,
    found: `a store that flashdeconv did not write, or not all of it (${foreign})`,
    expected: "a path that is free, or a result, statistics or simulated data of flashdeconv",
    remedy: "Choose another path, or remove what is there yourself.",
  });
}
