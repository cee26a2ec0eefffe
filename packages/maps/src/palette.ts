/**
 * 60 colours, as `#0072b2`, that stay apart for every kind of colour vision, the clearest first: any two of the first 12 lie 7.6 apart
 * (OKLab x 100, in the worst of four ways of seeing), of the first 20 5.9, of all 3.9. Made by `make-palette.mjs`.
 */
export const PALETTE: readonly string[] = Object.freeze(
  (
    "0072b2 d55e00 009e73 cc79a7 56b4e9 e69f00 691e1e 3c0f96 87f0c3 5a00ff " +
    "695a5a 8778ff d2e100 c3000f 87c387 b4d2ff 3c3c5a c31e96 6900c3 e11ed2 " +
    "d2b4c3 00691e 69785a 69e178 8796ff d296c3 960078 e1783c 00b469 693c3c " +
    "874bff 4b3c96 a5a596 f0b43c 5a0078 b43cb4 96c3ff 6978d2 964b78 961ed2 " +
    "e1002d ffc396 b46996 782d00 5a6996 5a4b5a b487c3 ff87e1 e1c3d2 a587e1 " +
    "a5f069 0f00b4 783cb4 96693c 9678b4 5a2d3c b4b45a 1e00e1 3ce1e1 004b78"
  )
    .split(" ")
    .map((hex) => `#${hex}`),
);

/** A colour for each type by its place among them, so that sections with one reference agree; more than 60 begin them again. */
export function typeColors(typeNames: readonly string[]): string[] {
  return typeNames.map((_, k) => PALETTE[k % PALETTE.length]);
}

/** Red, green and blue, 0 to 255, of `#rrggbb`; undefined for any other text. */
export function rgbOf(color: string): [number, number, number] | undefined {
  const value = /^#([0-9a-f]{6})/i.test(color) ? Number.parseInt(color.slice(1, 7), 16) : undefined;
  return value === undefined ? undefined : [value >> 16, (value >> 8) & 255, value & 255];
}
