/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */
export type { RefiningSteps } from "./refine-counts.js";
export { buildRefiner, type Refinement, type Refiner, refiningGram } from "./refiner.js";
