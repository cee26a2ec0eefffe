import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halvedFrame, placeOf, type TexelFrame, texelAt } from "../src/internal.js";

const frames = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    angle: fc.double({ min: 0, max: 6, noNaN: true }),
    pitch: fc.double({ min: 0.01, max: 100, noNaN: true }),
    left: fc.integer({ min: -1000, max: 1000 }),
    shift: fc.constantFrom(0 as const, 0.5 as const),
  })
  .map(({ width, height, angle, pitch, left, shift }): TexelFrame => {
    const [c, s] = [pitch * Math.cos(angle), pitch * Math.sin(angle)];
    return { width, height, matrix: [c, -s, left, s, c, left / 2], shift, isLattice: true };
  });

describe("a frame of texels", () => {
  it("finds each texel at its middle, and nothing outside", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        for (let texel = 0; texel < frame.width * frame.height; texel++) {
          const [x, y] = placeOf(frame, texel % frame.width, Math.floor(texel / frame.width));
          expect(texelAt(frame, x, y)).toBe(texel);
        }
        for (const [column, row] of [
          [-1, 0],
          [frame.width, 0],
          [0, -2],
          [0, frame.height + (frame.height % 2)],
        ]) {
          expect(texelAt(frame, ...placeOf(frame, column, row))).toBe(-1);
        }
      }),
    );
  });

  it("halved, has its texels at the mean place of two by two", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const half = halvedFrame(frame);
        for (let row = 0; row + 1 < frame.height; row += 2) {
          for (let column = 0; column + 1 < frame.width; column += 2) {
            const four = [0, 1, 2, 3].map((i) => placeOf(frame, column + (i % 2), row + (i >> 1)));
            const mean = [0, 1].map((axis) => four.reduce((sum, place) => sum + place[axis], 0) / 4);
            const [x, y] = placeOf(half, column / 2, row / 2);
            expect(x).toBeCloseTo(mean[0], 6);
            expect(y).toBeCloseTo(mean[1], 6);
          }
        }
      }),
    );
  });
});
