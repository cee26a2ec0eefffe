import { testSolver } from "@flashdeconv/solver/testing";
import { poisson } from "@flashdeconv/solver-poisson";
import { describe, it } from "vitest";

describe("testSolver", () => {
  it("passes, with and without overdispersion", async () => {
    await testSolver(poisson);
    await testSolver(poisson, { solverOptions: { overdispersion: 0.5, meanDepth: 4000 } });
  });
});
