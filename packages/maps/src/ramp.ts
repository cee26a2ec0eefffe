/** Viridis at nine places: lighter means more, evenly, for every kind of colour vision. */
const PLACES = "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725".split(" ").map((hex) => {
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
});

/** Colours for amounts, from little to much: `count` times red, green and blue, 0 to 255. */
export function amountColors(count: number): Uint8Array {
  const colors = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const at = count < 2 ? 0 : (i / (count - 1)) * (PLACES.length - 1);
    const from = Math.min(PLACES.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++) {
      colors[3 * i + c] = Math.round(PLACES[from][c] + (at - from) * (PLACES[from + 1][c] - PLACES[from][c]));
    }
  }
  return colors;
}
