import { amountColors } from "@flashdeconv/maps";
import { describe, expect, it } from "vitest";
import { type AmountField, NO_ANSWER } from "../src/contracts.js";
import { amountOf, palettesOf } from "../src/draw/palettes.js";

const bytes = new Uint8Array(0);
const amounts: AmountField = { kind: "amounts", bytes, most: 1, limits: [0, 1] };
const at = (palettes: Uint8Array, byte: number, part = 0) =>
  [...palettes.subarray(1024 * part + 4 * byte)].slice(0, 4);
const ramp = amountColors(256);
const onRamp = (i: number) => [...ramp.subarray(3 * i, 3 * i + 3), 255];

describe("what bytes look like", () => {
  it("nothing where no spot lies, pale grey without an answer, whatever is shown", () => {
    const fields = [
      amounts,
      { kind: "classes", bytes, colors: ["#ff0000"] },
      { kind: "blend", parts: [{ ...amounts, color: "#ff0000" }] },
    ] as const;
    for (const field of fields) {
      expect(at(palettesOf(field), 0)).toEqual([0, 0, 0, 0]);
      expect(at(palettesOf(field), NO_ANSWER)).toEqual([230, 230, 230, 255]);
    }
  });

  it("classes in their colours, those not shown and those without a colour in grey", () => {
    const field = { kind: "classes", bytes, colors: ["#ff0000", "#00ff00"] } as const;
    expect([1, 2, 3].map((byte) => at(palettesOf(field), byte))).toEqual([
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [190, 190, 198, 255],
    ]);
    expect(at(palettesOf({ ...field, shown: new Set([1]) }), 1)).toEqual([190, 190, 198, 255]);
  });

  it("amounts by where they lie between the limits", () => {
    expect(amountOf(amounts, 254)).toBe(1);
    expect(amountOf({ ...amounts, least: -2, most: 2, isLinear: true }, 1)).toBe(-2);
    expect(amountOf(amounts, 128)).toBeCloseTo((127 / 253) ** 2, 12);
    const palettes = palettesOf({ ...amounts, limits: [0, 0.25] });
    expect(at(palettes, 1)).toEqual(onRamp(0));
    expect(at(palettes, 64)).toEqual(onRamp(Math.round((63 / 253) ** 2 * 4 * 255)));
    expect(at(palettes, 200)).toEqual(onRamp(255));
    const root = palettesOf({ ...amounts, isRoot: true });
    expect(at(root, 64)).toEqual(onRamp(Math.round((63 / 253) * 255)));
  });

  it("either end where both limits are one, and the least for what is no number", () => {
    const palettes = palettesOf({ ...amounts, isLinear: true, limits: [0.5, 0.5] });
    expect(at(palettes, 100)).toEqual(onRamp(0));
    expect(at(palettes, 200)).toEqual(onRamp(255));
    expect(at(palettesOf({ ...amounts, most: Number.NaN }), 9)).toEqual(onRamp(0));
  });

  it("parts of a blend each in their colour, by their amounts", () => {
    const part = { ...amounts, isLinear: true };
    const palettes = palettesOf({
      kind: "blend",
      parts: [
        { ...part, color: "#ff0000" },
        { ...part, color: "#0000ff" },
      ],
    });
    expect(palettes.length).toBe(2048);
    expect(at(palettes, 254)).toEqual([255, 0, 0, 255]);
    expect(at(palettes, 127, 1)).toEqual([0, 0, Math.round((126 / 253) * 255), 255]);
  });

  it("refuses colours that are none, and more parts than are drawn", () => {
    expect(() => palettesOf({ kind: "classes", bytes, colors: ["red"] })).toThrow(
      /found "red", expected a colour as #rrggbb/,
    );
    const part = { ...amounts, color: "#ff0000" };
    expect(() => palettesOf({ kind: "blend", parts: Array(5).fill(part) })).toThrow(
      /found 5, expected 1 to 4 amounts/,
    );
    expect(() => palettesOf({ kind: "blend", parts: [] })).toThrow(/found 0/);
  });
});
