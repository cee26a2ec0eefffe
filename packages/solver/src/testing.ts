/**
 * The conformance suite every solver must pass.
 *
 * @example
 * import { nnls } from "@flashdeconv/solver";
 * import { testSolver } from "@flashdeconv/solver/testing";
 *
 * await testSolver(nnls); // throws an error that names the broken promise
 */
export { type TestSolverOptions, testSolver } from "./testing/test-solver.js";
