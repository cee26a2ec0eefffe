import { OptionError } from "@flashdeconv/core";
import { amountColors, rgbOf } from "@flashdeconv/maps";
import { type AmountField, type Field, NO_ANSWER } from "../contracts.js";

/** Colours of spots without an answer, and of classes that are not shown: #rrggbb, for legends. */
export const NO_ANSWER_COLOR = "#e6e6e6";
export const OTHER_COLOR = "#bebec6";

/** A field draws at most so many parts. */
export const MOST_PARTS = 4;

const VALUES = 256;
const RAMP = amountColors(VALUES);

/** What each byte looks like: 256 times red, green, blue and opacity for each part, 0 to 255. Those of parts add up. */
export function palettesOf(field: Field): Uint8Array {
  if (field.kind !== "blend") return paletteOf(field);
  const { parts } = field;
  if (parts.length < 1 || parts.length > MOST_PARTS) {
    const rule = `1 to ${MOST_PARTS} amounts`;
    throw new OptionError({ option: "parts", value: parts.length, rule, isRequired: true });
  }
  const palettes = new Uint8Array(4 * VALUES * parts.length);
  parts.forEach((part, i) => {
    const color = colorOf(part.color);
    const paint = (share: number) => color.map((channel) => Math.round(channel * share));
    palettes.set(amounts(part, paint), 4 * VALUES * i);
  });
  return palettes;
}

function paletteOf(field: Exclude<Field, { kind: "blend" }>): Uint8Array {
  if (field.kind === "amounts") {
    return amounts(field, (share) => {
      const at = 3 * Math.round(share * (VALUES - 1));
      return RAMP.subarray(at, at + 3);
    });
  }
  const { colors, shown } = field;
  const other = colorOf(OTHER_COLOR);
  return palette((byte) => {
    const color = colors[byte - 1];
    return color !== undefined && (shown?.has(byte - 1) ?? true) ? colorOf(color) : other;
  });
}

function amounts(field: AmountField, paint: (share: number) => ArrayLike<number>): Uint8Array {
  return palette((byte) => paint(shareOf(field, byte)));
}

/** What a byte of 1 to 254 stands for. */
export function amountOf({ isLinear, least = 0, most }: AmountField, byte: number): number {
  const share = (byte - 1) / (NO_ANSWER - 2);
  return least + (most - least) * (isLinear ? share : share * share);
}

/** Where between the ends of its colours an amount lies, 0 to 1. Where the ends are one, it is at either. */
function shareOf(field: AmountField, byte: number): number {
  const [low, high] = field.limits;
  const amount = amountOf(field, byte);
  const share = high > low ? (amount - low) / (high - low) : Number(amount >= high);
  // No number is as if it were the least.
  const within = Math.min(1, Math.max(0, share)) || 0;
  return field.isRoot ? Math.sqrt(within) : within;
}

function palette(colorAt: (byte: number) => ArrayLike<number>): Uint8Array {
  // Byte 0, where no spot lies, is left transparent.
  const colors = new Uint8Array(4 * VALUES);
  for (let byte = 1; byte < VALUES; byte++) {
    colors.set(byte === NO_ANSWER ? colorOf(NO_ANSWER_COLOR) : colorAt(byte), 4 * byte);
    colors[4 * byte + 3] = 255;
  }
  return colors;
}

function colorOf(color: string): readonly number[] {
  const found = rgbOf(color);
  if (found === undefined) {
    throw new OptionError({ option: "color", value: color, rule: "a colour as #rrggbb", isRequired: true });
  }
  return found;
}

/** The bytes that a field draws from. */
export function planesOf(field: Field): readonly Uint8Array[] {
  return field.kind === "blend" ? field.parts.map(({ bytes }) => bytes) : [field.bytes];
}
