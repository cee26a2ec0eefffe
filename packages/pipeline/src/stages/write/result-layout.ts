import { OptionError } from "@flashdeconv/core";
import { safeNames } from "@flashdeconv/io-zarr/internal";
import type { Parameters } from "../../contracts/parameters.js";

export interface ResultLayout {
  /** Where the result goes: `obsm/<key>`, and columns of obs and parts of uns that begin with it; "flashdeconv" by default. */
  readonly key?: string;
  /** Also write each type as a column `obs/<key>_<type>`, as plotting functions want it. False by default. */
  readonly obsColumns?: boolean;
  /** More to keep in `uns/<key>_params`, such as paths. */
  readonly extraParameters?: Parameters;
  /**
   * Also write `uns/<key>_maps`, pictures of every type that a viewer shows at once, where spots have coordinates and there are at most 253
   * types: 1.3 bytes per texel and type before they are compressed. True by default.
   */
  readonly maps?: boolean;
  /** The command line that makes the result, to be kept beside it; without secrets. */
  readonly command?: string;
}

export const RESULT_DEFAULTS = Object.freeze({
  key: "flashdeconv",
  obsColumns: false,
  maps: true,
  extraParameters: {},
} as const satisfies ResultLayout);

export type ResolvedLayout = Required<Omit<ResultLayout, "command">> & Pick<ResultLayout, "command">;

/** Bytes of UTF-8 that a key may have: what stands behind it is to fit a file's name too. */
const MOST_KEY_BYTES = 100;

/** Keys that AnnData tools use for coordinates: a result under one of them would hide these. */
const COORDINATE_KEYS = ["spatial", "x_spatial"];

/**
 * The given layout over the defaults.
 *
 * @throws OptionError for a key that AnnData cannot store or that stands for coordinates.
 */
export function resolveResultLayout(layout: ResultLayout = {}): ResolvedLayout {
  const key = layout.key ?? RESULT_DEFAULTS.key;
  if (!isStorable(key) || COORDINATE_KEYS.includes(key.toLowerCase())) {
    throw new OptionError({
      option: "key",
      value: key,
      rule: `a name that any file system can store (no "/" or "\\", no dot or blank at its ends, at most ${MOST_KEY_BYTES} bytes) and that is not that of coordinates (spatial)`,
    });
  }
  return {
    key,
    obsColumns: layout.obsColumns ?? RESULT_DEFAULTS.obsColumns,
    maps: layout.maps ?? RESULT_DEFAULTS.maps,
    extraParameters: layout.extraParameters ?? RESULT_DEFAULTS.extraParameters,
    command: layout.command,
  };
}

function isStorable(key: string): boolean {
  try {
    return safeNames([key], { mostBytes: MOST_KEY_BYTES })[0] === key;
  } catch {
    return false;
  }
}
