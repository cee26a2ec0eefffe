import { expect, it } from "vitest";
import { widenHalves } from "../src/codecs/widen-halves.js";

it("gives the number that each half-precision float stands for", () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const { Float16Array } = globalThis as unknown as {
    Float16Array: new (buffer: ArrayBuffer) => ArrayLike<number> & Iterable<number>;
  };
  expect(widenHalves(halves)).toEqual(Float32Array.from(new Float16Array(halves.buffer)));
  expect([...widenHalves(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000))]).toEqual([
    1,
    -2,
    2 ** -24,
    65_504,
    Number.POSITIVE_INFINITY,
    -0,
  ]);
});
