import { OptionError } from "@flashdeconv/core";

export type GraphKind = "knn" | "radius" | "grid";

export interface GraphOptions {
  /**
   * "knn" (the default: it suits any layout) joins each spot with its nearest ones, "radius" all pairs within a distance,
   * "grid" all pairs within 1.5 times the median distance to the nearest spot.
   */
  readonly kind: GraphKind;
  /** Nearest spots of each spot for "knn". 6 by default: the ring around a spot of a hexagonal array. */
  readonly neighborCount: number;
  /** Greatest distance for "radius", in the unit of the coordinates. No default: the unit is the caller's. */
  readonly radius?: number;
  /**
   * Most entries that "radius" and "grid" may store (each pair counts twice). 2^30 by default, 4 GiB of indices: a radius
   * that gives more is a slip, and one entry per pair of a million spots would never end.
   */
  readonly maxEdges: number;
}

export const GRAPH_DEFAULTS: GraphOptions = Object.freeze({
  kind: "knn",
  neighborCount: 6,
  maxEdges: 2 ** 30,
});

/** The most entries that Int32 row offsets can count. */
export const EDGE_LIMIT = 2 ** 31 - 1;

const KINDS: readonly string[] = ["knn", "radius", "grid"] satisfies GraphKind[];

/**
 * Fills in the defaults and checks every option.
 *
 * @throws OptionError when an option is out of range, or the kind is "radius" and there is no radius.
 */
export function resolveGraphOptions(options: Partial<GraphOptions> = {}): GraphOptions {
  const kind = options.kind ?? GRAPH_DEFAULTS.kind;
  const neighborCount = options.neighborCount ?? GRAPH_DEFAULTS.neighborCount;
  const maxEdges = options.maxEdges ?? GRAPH_DEFAULTS.maxEdges;
  const { radius } = options;
  if (!KINDS.includes(kind)) {
    throw new OptionError({ option: "kind", value: kind, rule: 'one of "knn", "radius" and "grid"' });
  }
  if (!Number.isInteger(neighborCount) || neighborCount < 1) {
    throw new OptionError({
      option: "neighborCount",
      value: neighborCount,
      rule: "a whole number of at least 1",
    });
  }
  if (!Number.isInteger(maxEdges) || maxEdges < 0 || maxEdges > EDGE_LIMIT) {
    throw new OptionError({
      option: "maxEdges",
      value: maxEdges,
      rule: `a whole number from 0 to ${EDGE_LIMIT}`,
    });
  }
  const radiusFits = radius === undefined ? kind !== "radius" : radius > 0 && Number.isFinite(radius);
  if (!radiusFits) {
    throw new OptionError({
      option: "radius",
      value: radius,
      rule: "a finite number above 0",
      remedy: 'Give the distance in the unit of the coordinates, or choose the kind "knn" or "grid".',
    });
  }
  return { kind, neighborCount, maxEdges, ...(radius !== undefined && { radius }) };
}

/** @throws OptionError when a graph of this many entries cannot be stored. */
export function checkEdgeCount(edgeCount: number, neighborCount: number): void {
  if (edgeCount <= EDGE_LIMIT) return;
  throw new OptionError({
    option: "neighborCount",
    value: neighborCount,
    rule: `so small that the graph has at most ${EDGE_LIMIT} entries (here at least ${edgeCount})`,
    remedy: "Ask for fewer neighbours.",
  });
}
