import type { Coordinates } from "@flashdeconv/core";

export function placesOf(points: readonly (readonly number[])[]): Coordinates {
  const dimension = points[0]?.length === 3 ? 3 : 2;
  return { dimension, values: Float64Array.from(points.flat()) };
}

/** Bins of a square grid, row by row from the top. */
export function squareGrid(columns: number, rows: number, pitch = 1): Coordinates {
  return placesOf(
    Array.from({ length: columns * rows }, (_, i) => [
      pitch * (i % columns),
      pitch * Math.floor(i / columns),
    ]),
  );
}

/** As the spots of a Visium slide lie: every second row half a pitch aside. */
export function hexagons(columns: number, rows: number, pitch = 1): Coordinates {
  return placesOf(
    Array.from({ length: columns * rows }, (_, i) => {
      const row = Math.floor(i / columns);
      return [pitch * ((i % columns) + (row % 2) / 2), pitch * row * Math.sqrt(0.75)];
    }),
  );
}
