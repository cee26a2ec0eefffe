import type { Parameters, ParameterValue } from "../../contracts/parameters.js";

/** Of these all sections together have one too. */
const JOINED: Readonly<Record<string, (values: readonly ParameterValue[]) => ParameterValue>> = {
  spot_count: sum,
  objective: sum,
  sweeps: greatest,
  proportion_error_estimate: greatest,
  proportion_error_bound: greatest,
  kkt_residual: greatest,
  converged: (values) => values.every((value) => value === true),
};

/**
 * The parameters of several sections as one: what all have alike, how their solves ended together, and under `sections` what each has of its
 * own. There each says its `name`: the key may be stored under a safe one.
 */
export function joinParameters(all: readonly Parameters[], names: readonly string[]): Parameters {
  const keys = new Set(all.flatMap((parameters) => Object.keys(parameters)));
  const shared: Record<string, ParameterValue> = {};
  const own: Record<string, ParameterValue>[] = names.map((name) => ({ name }));
  for (const key of keys) {
    const values = all.map((parameters) => parameters[key]);
    const join = JOINED[key];
    if (join) shared[key] = join(values);
    else if (values.every((value) => isSame(value, values[0]))) {
      shared[key] = values[0];
      continue;
    }
    for (const [i, value] of values.entries()) if (value !== undefined) own[i][key] = value;
  }
  const sections = Object.fromEntries(names.map((name, i) => [name, own[i]]));
  return { ...shared, section_names: names, sections };
}

/** null where a section has no number to tell. */
function sum(values: readonly ParameterValue[]): number | null {
  return numbersOf(values)?.reduce((total, value) => total + value, 0) ?? null;
}

function greatest(values: readonly ParameterValue[]): number | null {
  const numbers = numbersOf(values);
  return numbers && Math.max(...numbers);
}

function numbersOf(values: readonly ParameterValue[]): readonly number[] | null {
  return values.every((value) => typeof value === "number") ? values : null;
}

function isSame(a: ParameterValue, b: ParameterValue): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [a, b].map((value) => Object.entries(value));
  return (
    left.length === right.length &&
    ArrayBuffer.isView(a) === ArrayBuffer.isView(b) &&
    left.every(([key, value]) => isSame(value, (b as Record<string, ParameterValue>)[key]))
  );
}
