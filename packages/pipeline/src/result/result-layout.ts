import { OptionError } from "@flashdeconv/core";
import type { Parameters } from "../parameters.js";

export interface ResultLayout {
  /** Where the result goes: `obsm/<key>`, `obs/<key>_dominant`, `obs/<key>_status`, `uns/<key>_params`; "flashdeconv" by default. */
  readonly key?: string;
  /** Also write each type as a column `obs/<key>_<type>`, as plotting functions want it. False by default. */
  readonly obsColumns?: boolean;
  /** More to keep in `uns/<key>_params`, such as paths. */
  readonly extraParameters?: Parameters;
}

export const RESULT_DEFAULTS = Object.freeze({
  key: "flashdeconv",
  obsColumns: false,
  extraParameters: {},
} as const satisfies ResultLayout);

/** Keys that AnnData tools use for coordinates: a result under one of them would hide these. */
const COORDINATE_KEYS = ["spatial", "X_spatial"];

/**
 * The given layout over the defaults.
 *
 * @throws OptionError for a key that AnnData cannot store or that stands for coordinates.
 */
export function resolveResultLayout(layout: ResultLayout = {}): Required<ResultLayout> {
  const key = layout.key ?? RESULT_DEFAULTS.key;
  if (!/^[^/\s.][^/]*$/.test(key) || COORDINATE_KEYS.includes(key)) {
    throw new OptionError({
      option: "key",
      value: key,
      rule: 'a name without "/" that does not begin with a dot or space and is not that of coordinates (spatial)',
    });
  }
  return {
    key,
    obsColumns: layout.obsColumns ?? RESULT_DEFAULTS.obsColumns,
    extraParameters: layout.extraParameters ?? RESULT_DEFAULTS.extraParameters,
  };
}
