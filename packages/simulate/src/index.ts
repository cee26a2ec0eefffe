export { type SimulatedTissue, simulateTissue } from "./simulate-tissue.js";
export type { SimulatedReference } from "./simulated-reference.js";
export {
  resolveSimulationOptions,
  SIMULATION_DEFAULTS,
  type SimulationOptions,
  type TissueLayout,
} from "./simulation-options.js";
