import * as api from "@flashdeconv/solver-poisson";
import { expect, it } from "vitest";

it("exports exactly what the barrel promises", () => {
  expect(Object.keys(api).sort()).toEqual(["default", "poisson", "poissonWith"]);
  expect(api.default).toBe(api.poisson);
});
