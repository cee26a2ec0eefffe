/** Colours that stay apart for every kind of colour vision, the clearest first: six of Okabe and Ito, then the farthest from all before. */
const COLORS = (
  "0072b2 d55e00 009e73 cc79a7 56b4e9 e69f00 691e1e 3c0f96 87f0c3 5a00ff " +
  "695a5a 8778ff d2e100 c3000f 87c387 b4d2ff 3c3c5a c31e96 6900c3 e11ed2"
)
  .split(" ")
  .map((hex) => `#${hex}`);

/** A colour for each type, in their order; more types than there are colours begin them again. */
export function typeColors(typeNames: readonly string[]): string[] {
  return typeNames.map((_, k) => COLORS[k % COLORS.length]);
}
