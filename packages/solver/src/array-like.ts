import type { Allocate } from "@flashdeconv/core/internal";
import type { StatArray } from "./solver.js";

/** A new array of the kind of `model`. */
export function arrayLike(model: StatArray, length: number, allocate: Allocate): StatArray {
  return model instanceof Float32Array ? allocate(Float32Array, length) : allocate(Float64Array, length);
}
