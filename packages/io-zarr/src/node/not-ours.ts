import { StoreError } from "@flashdeconv/core";
import { CONVERTED } from "../write/foreign-part.js";

/** What to throw where a store is not replaced by anything but another conversion, as it was converted. */
export function converted(path: string): StoreError {
  return new StoreError({
    path,
    found: `${CONVERTED} and that is already there`,
    expected: "a path that is free: only a conversion replaces what was converted, as runs read it",
    remedy: "Choose another path, or remove what is there yourself.",
  });
}

/** What to throw where a conversion replaces nothing, as `there` is no former one. */
export function notConverted(path: string, there: string): StoreError {
  return new StoreError({
    path,
    found: `${there.replace(/,$/, "")} that is already there`,
    expected: "a path that is free, or a store that flashdeconv converted",
    remedy: "Choose another path, or remove what is there yourself.",
  });
}

/** The same where more than a conversion is there; `foreign` is what is more. */
export function moreThanConverted(path: string, foreign: string): StoreError {
  return new StoreError({
    path,
    found: `${CONVERTED}, in which there is something else by now (${foreign})`,
    expected: "a path that is free, or a store with nothing in it but what was converted",
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
