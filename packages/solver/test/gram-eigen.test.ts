import { expect, it } from "vitest";
import { gramEigen, symmetricEigen } from "../src/symmetric-eigen.js";

it("the spectrum of a Gram matrix is found once", () => {
  const gram = Float64Array.of(2, 1, 1, 3);
  expect(gramEigen(gram, 2)).toBe(gramEigen(gram, 2));
  expect(gramEigen(gram, 2)).toEqual(symmetricEigen(gram, 2));
});
