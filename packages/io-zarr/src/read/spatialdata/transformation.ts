import { FormatError } from "@flashdeconv/core";
import { isJsonObject, type JsonObject } from "../parse-json-object.js";

/** x' = a x + b y + c, y' = d x + e y + f, as [a, b, c, d, e, f]. */
export type PlaneMap = readonly [number, number, number, number, number, number];

/** A map between named axes: a row per output axis, a column per input axis and one for what is added. */
interface AxisMap {
  readonly inputAxes: readonly string[];
  readonly outputAxes: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** The name of the coordinate system that SpatialData gives every element unless it is told otherwise. */
const COMMON_SYSTEM = "global";

/** What leads from an element's own coordinates to each coordinate system, by the system's name. */
export type Transformations = ReadonlyMap<string, PlaneMap>;

/**
 * The system in which all of the elements can be put: "global" if they share it, else the first they share; undefined where they
 * share none (or have none), so that each keeps its own coordinates.
 */
export function sharedSystem(elements: readonly Transformations[]): string | undefined {
  const [first, ...others] = elements;
  const shared = [...(first?.keys() ?? [])].filter((name) => others.every((other) => other.has(name)));
  return shared.includes(COMMON_SYSTEM) ? COMMON_SYSTEM : shared[0];
}

/**
 * Reads the attribute `coordinateTransformations` of an element, as SpatialData writes it after the NGFF proposal: identity, scale,
 * translation, rotation, affine, mapAxis, and sequences of them.
 *
 * @throws FormatError naming `path` for one of another kind or of the wrong shape
 */
export function readTransformations(attributes: JsonObject, path: string): Transformations {
  const list = attributes.coordinateTransformations;
  const axes = Array.isArray(attributes.axes) ? axisNames(attributes.axes) : undefined;
  const systems = new Map<string, PlaneMap>();
  for (const item of Array.isArray(list) ? list : []) {
    if (!isJsonObject(item)) throw broken(path, JSON.stringify(item));
    const name = isJsonObject(item.output) ? item.output.name : item.output;
    if (typeof name !== "string") continue;
    systems.set(name, planeMap(axisMap(item, axes ?? ["x", "y"], path), path));
  }
  return systems;
}

function axisMap(item: JsonObject, axesBefore: readonly string[], path: string): AxisMap {
  const inputAxes = systemAxes(item.input) ?? axesBefore;
  const outputAxes = systemAxes(item.output) ?? inputAxes;
  const width = inputAxes.length;
  const row = (at: number, value: number, added: number) =>
    Array.from({ length: width + 1 }, (_, i) => (i === at ? value : i === width ? added : 0));
  /** One axis to the one of its name, each with a number of its own. */
  const alongAxes = (scale: readonly number[], added: readonly number[]): AxisMap => ({
    inputAxes,
    outputAxes: inputAxes,
    rows: inputAxes.map((_, i) => row(i, scale[i], added[i])),
  });
  const ones = inputAxes.map(() => 1);
  const zeros = inputAxes.map(() => 0);
  switch (item.type) {
    case "identity":
      return alongAxes(ones, zeros);
    case "scale":
      return alongAxes(numbers(item.scale, width, path), zeros);
    case "translation":
      return alongAxes(ones, numbers(item.translation, width, path));
    case "affine": {
      const rows = Array.isArray(item.affine) ? item.affine.slice(0, outputAxes.length) : [];
      if (rows.length !== outputAxes.length) throw broken(path, JSON.stringify(item.affine));
      return { inputAxes, outputAxes, rows: rows.map((values) => numbers(values, width + 1, path)) };
    }
    case "rotation": {
      const rows = Array.isArray(item.rotation) ? item.rotation : [];
      if (rows.length !== width) throw broken(path, JSON.stringify(item.rotation));
      return {
        inputAxes,
        outputAxes: inputAxes,
        rows: rows.map((values) => [...numbers(values, width, path), 0]),
      };
    }
    case "mapAxis": {
      const sources = isJsonObject(item.mapAxis) ? item.mapAxis : {};
      const from = outputAxes.map((axis) => inputAxes.indexOf(String(sources[axis])));
      if (from.includes(-1)) throw broken(path, JSON.stringify(item.mapAxis));
      return { inputAxes, outputAxes, rows: from.map((at) => row(at, 1, 0)) };
    }
    case "sequence": {
      let whole = alongAxes(ones, zeros);
      for (const step of Array.isArray(item.transformations) ? item.transformations : []) {
        if (!isJsonObject(step)) throw broken(path, JSON.stringify(step));
        whole = after(whole, axisMap(step, whole.outputAxes, path), path);
      }
      return whole;
    }
    default:
      throw broken(path, `a transformation of type ${JSON.stringify(item.type)}`);
  }
}

/** First one map, then the other; axes are matched by name. */
function after(first: AxisMap, second: AxisMap, path: string): AxisMap {
  const width = first.inputAxes.length;
  const rows = second.rows.map((outer) => {
    const result = new Array<number>(width + 1).fill(0);
    for (const [i, axis] of second.inputAxes.entries()) {
      const inner = first.rows[first.outputAxes.indexOf(axis)];
      if (inner === undefined && outer[i] !== 0) throw broken(path, `a step that needs the axis ${axis}`);
      for (let j = 0; inner !== undefined && j <= width; j++) result[j] += outer[i] * inner[j];
    }
    result[width] += outer[second.inputAxes.length];
    return result;
  });
  return { inputAxes: first.inputAxes, outputAxes: second.outputAxes, rows };
}

function planeMap({ inputAxes, outputAxes, rows }: AxisMap, path: string): PlaneMap {
  const [x, y] = ["x", "y"].map((axis) => rows[outputAxes.indexOf(axis)]);
  if (!x || !y) throw broken(path, `the output axes ${outputAxes.join(", ")}`);
  const at = (row: readonly number[], axis: string) => row[inputAxes.indexOf(axis)] ?? 0;
  const width = inputAxes.length;
  return [at(x, "x"), at(x, "y"), x[width], at(y, "x"), at(y, "y"), y[width]];
}

function systemAxes(system: unknown): readonly string[] | undefined {
  return isJsonObject(system) && Array.isArray(system.axes) ? axisNames(system.axes) : undefined;
}

function axisNames(axes: readonly unknown[]): readonly string[] {
  return axes.map((axis) => String(isJsonObject(axis) ? axis.name : axis));
}

function numbers(values: unknown, length: number, path: string): readonly number[] {
  if (!Array.isArray(values) || values.length !== length || !values.every(Number.isFinite)) {
    throw broken(path, JSON.stringify(values) ?? "nothing");
  }
  return values;
}

function broken(path: string, found: string): FormatError {
  return new FormatError({
    path: `${path} (coordinateTransformations)`,
    found,
    expected:
      "identity, scale, translation, rotation, affine, mapAxis, or a sequence of them, between axes x and y",
    remedy: "Write coordinates to obsm/spatial of the table, or give the element such a transformation.",
  });
}
