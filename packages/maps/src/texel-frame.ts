/** How the texels of a picture of spots lie in the section. On a lattice each holds one bin at most, whatever way the grid is turned. */
export interface TexelFrame {
  /** Texels in a row, and rows. */
  readonly width: number;
  readonly height: number;
  /**
   * Where the middle of a texel lies, in units of the positions: x = m[0] column + m[1] row + m[2], y = m[3] column + m[4] row + m[5];
   * y grows downward.
   */
  readonly matrix: TexelMatrix;
  /** How far odd rows lie further along, in texels: 0.5 on a hexagonal lattice, else 0. */
  readonly shift: 0 | 0.5;
  /** Whether each texel holds one spot at most, as bins of a grid do; else a texel shows the mean of its spots. */
  readonly isLattice: boolean;
}

export type TexelMatrix = readonly [number, number, number, number, number, number];

/** Where the middle of a texel lies; between texels for fractions of columns. */
export function placeOf(
  { matrix: m, shift }: TexelFrame,
  column: number,
  row: number,
): [x: number, y: number] {
  const along = column + (row % 2 === 0 ? 0 : shift);
  return [m[0] * along + m[1] * row + m[2], m[3] * along + m[4] * row + m[5]];
}

/** The texel, column + row x width, that a place lies in; -1 outside of the picture. */
export function texelAt({ matrix: m, shift, width, height }: TexelFrame, x: number, y: number): number {
  const determinant = m[0] * m[4] - m[1] * m[3];
  const [dx, dy] = [x - m[2], y - m[5]];
  const row = Math.round((m[0] * dy - m[3] * dx) / determinant);
  const column = Math.round((m[4] * dx - m[1] * dy) / determinant - (row % 2 === 0 ? 0 : shift));
  return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : -1;
}

/** The frame of the picture whose texels each take two by two of another's. */
export function halvedFrame({ width, height, matrix: m, shift, isLattice }: TexelFrame): TexelFrame {
  // The middle of two by two texels, where odd rows lie further along.
  const [along, down] = [0.5 + shift / 2, 0.5];
  return {
    width: Math.ceil(width / 2),
    height: Math.ceil(height / 2),
    matrix: [
      2 * m[0],
      2 * m[1],
      m[0] * along + m[1] * down + m[2],
      2 * m[3],
      2 * m[4],
      m[3] * along + m[4] * down + m[5],
    ],
    shift: 0,
    isLattice: isLattice && width === 1 && height === 1,
  };
}
