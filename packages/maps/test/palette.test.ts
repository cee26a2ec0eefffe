import { describe, expect, it } from "vitest";
import { PALETTE, rgbOf, typeColors } from "../src/palette.js";
import { amountColors } from "../src/ramp.js";
import { distance, seenBy, VISIONS } from "./color-vision.js";

/** The smallest distance of any two colours, for each way of seeing. */
function smallest(colors: readonly (readonly number[])[]): number[] {
  return VISIONS.map((vision) => {
    const seen = colors.map((rgb) => seenBy(rgb, vision));
    return Math.min(...seen.flatMap((a, i) => seen.slice(0, i).map((b) => distance(a, b))));
  });
}

describe("the palette", () => {
  const colors = PALETTE.map((hex) => rgbOf(hex) as [number, number, number]);

  // Twenty of scanpy's lie 5.4 / 0.5 / 2.3 / 2.7 apart: sixty of these are further from each other.
  it.each([
    [8, [15.5, 9.5, 7.6, 8.5]],
    [12, [15.3, 9.5, 7.6, 7.8]],
    [20, [10.4, 7.5, 7.6, 5.8]],
    [30, [6.3, 5.9, 5.7, 5.7]],
    [40, [5.4, 4.7, 4.8, 4.8]],
    [60, [4.6, 4.0, 3.9, 3.9]],
  ])("keeps %i apart, with all cones and without one kind", (count, least) => {
    const found = smallest(colors.slice(0, count));
    for (const [i, value] of found.entries()) expect(value).toBeGreaterThanOrEqual(least[i]);
  });

  it("has 60, and gives types theirs by their place", () => {
    expect(new Set(PALETTE).size).toBe(60);
    expect(PALETTE.every((hex) => /^#[0-9a-f]{6}$/.test(hex))).toBe(true);
    const many = typeColors(Array.from({ length: 62 }, (_, k) => `type ${k}`));
    expect([many[0], many[59], many[60], many[61]]).toEqual(["#0072b2", "#004b78", "#0072b2", "#d55e00"]);
  });

  it("reads colours of six digits, with or without opacity, and no other text", () => {
    expect(rgbOf("#0072B2")).toEqual([0, 0x72, 0xb2]);
    expect(rgbOf("#0072b2ff")).toEqual([0, 0x72, 0xb2]);
    for (const text of ["", "red", "#fff", "0072b2", "url(x)"]) expect(rgbOf(text)).toBeUndefined();
  });
});

it("amounts grow lighter, for every kind of colour vision", () => {
  const ramp = amountColors(64);
  expect([...ramp.subarray(0, 3), ...ramp.subarray(189)]).toEqual([0x44, 0x01, 0x54, 0xfd, 0xe7, 0x25]);
  for (const vision of VISIONS) {
    const lightness = Array.from(
      { length: 64 },
      (_, i) => seenBy([...ramp.subarray(3 * i, 3 * i + 3)], vision)[0],
    );
    for (const [i, value] of lightness.slice(1).entries()) expect(value).toBeGreaterThan(lightness[i]);
  }
  expect([...amountColors(1)]).toEqual([0x44, 0x01, 0x54]);
});
