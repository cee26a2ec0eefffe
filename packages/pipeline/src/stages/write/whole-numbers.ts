import type { UnsObject, UnsValue } from "@flashdeconv/io-zarr";
import type { Parameters, ParameterValue } from "../../contracts/parameters.js";

/** Parameters that are whole numbers whatever their value, beside those whose names end in `_count`. */
const WHOLE = new Set(["n_hvg", "n_markers", "seed", "neighbors", "max_sweeps", "sweeps", "sampled_spots"]);

/**
 * Parameters as `uns` takes them: a number's type there follows from its name, never from its value. A tolerance of 1 is a float64 as one
 * of 0.5 is, and whoever joins the results of many runs finds columns of one type.
 */
export function typedParameters(parameters: Parameters): UnsObject {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, typed(name, value)]));
}

function typed(name: string, value: ParameterValue): UnsValue {
  if (typeof value === "number") {
    const isWhole = (WHOLE.has(name) || name.endsWith("_count")) && Number.isSafeInteger(value);
    return isWhole ? BigInt(value) : value;
  }
  const isGroup =
    typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value);
  return isGroup ? typedParameters(value as Parameters) : (value as UnsValue);
}
