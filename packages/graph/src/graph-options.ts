import { OptionError } from "@flashdeconv/core";
import {
  checkedOptions,
  number,
  type OptionTable,
  oneOf,
  optional,
  wholeNumber,
} from "@flashdeconv/core/internal";

export type GraphKind = "knn" | "radius" | "grid";

export interface GraphOptions {
  /**
   * "knn" joins each spot with its nearest ones, "radius" all pairs within a distance, "grid" all pairs within 1.5 times the
   * median distance to the nearest spot.
   */
  readonly kind: GraphKind;
  /** Nearest spots of each spot for "knn". */
  readonly neighborCount: number;
  /** Greatest distance for "radius", in the unit of the coordinates. */
  readonly radius?: number;
  /** Most entries that "radius" and "grid" may store (each pair counts twice). */
  readonly maxEdges: number;
}

/** The most entries that Int32 row offsets can count. */
export const EDGE_LIMIT = 2 ** 31 - 1;

export const GRAPH_OPTIONS: OptionTable<GraphOptions> = Object.freeze({
  kind: {
    kind: oneOf("knn", "radius", "grid"),
    default: "knn",
    because: "it suits any layout of spots",
    meaning: "which spots are neighbours",
  },
  neighborCount: {
    kind: wholeNumber({ least: 1 }),
    default: 6,
    because: "the ring around a spot of a hexagonal array",
    meaning: "neighbours per spot (kNN)",
  },
  radius: {
    kind: optional(number({ above: 0 })),
    default: undefined,
    because: "the unit of the coordinates is not known",
    meaning: "greatest distance of neighbours, in units of the coordinates",
  },
  maxEdges: {
    kind: wholeNumber({ least: 0, most: EDGE_LIMIT }),
    default: 2 ** 30,
    because:
      "4 GiB of indices: a radius that gives more is a slip, and one entry per pair of a million spots would never end",
    meaning: "most entries that a graph may store (each pair counts twice)",
  },
});

/**
 * Fills in the defaults and checks every option.
 *
 * @throws OptionError when an option is out of range, or the kind is "radius" and there is no radius.
 */
export function resolveGraphOptions(options: Partial<GraphOptions> = {}): GraphOptions {
  const { radius, ...resolved } = checkedOptions(GRAPH_OPTIONS, options);
  if (radius !== undefined) return { ...resolved, radius };
  if (resolved.kind !== "radius") return resolved;
  throw new OptionError({
    option: "radius",
    value: radius,
    rule: GRAPH_OPTIONS.radius.kind.rule,
    remedy: 'Give the distance in the unit of the coordinates, or choose the kind "knn" or "grid".',
  });
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
