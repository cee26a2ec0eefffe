/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export type { RefiningSteps } from "./refine-counts.js";
export {
  buildChooser,
  buildRefiner,
  type Refinement,
  type Refiner,
  refinedWidth,
  refiningGram,
} from "./refiner.js";
export { SET_LIMITS, setRowWidth } from "./set-limits.js";
