import type { Parameters, ParameterValue } from "../../contracts/parameters.js";

/** How an array of numbers is told from other objects in JSON. */
const MARK = "float64";

/** Parameters as JSON can hold them. */
export function packArrays(parameters: Parameters): Parameters {
  return mapValues(parameters, (value) =>
    value instanceof Float64Array ? { [MARK]: JSON.stringify([...value]) } : undefined,
  );
}

/** What `packArrays` was given. */
export function unpackArrays(parameters: Parameters): Parameters {
  return mapValues(parameters, (value) => {
    if (!isParameters(value) || Object.keys(value).length !== 1) return undefined;
    const packed = value[MARK];
    return typeof packed === "string" ? Float64Array.from(JSON.parse(packed)) : undefined;
  });
}

function mapValues(
  parameters: Parameters,
  change: (value: ParameterValue) => ParameterValue | undefined,
): Parameters {
  const entries = Object.entries(parameters).map(([name, value]): [string, ParameterValue] => [
    name,
    change(value) ?? (isParameters(value) ? mapValues(value, change) : value),
  ]);
  return Object.fromEntries(entries);
}

function isParameters(value: ParameterValue): value is Parameters {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
