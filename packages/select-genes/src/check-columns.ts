import { ShapeError } from "@flashdeconv/core";

/** @throws ShapeError when a column is not one of `width`, or is named twice. */
export function checkColumns(columns: Int32Array, width: number): void {
  const taken = new Uint8Array(width);
  for (let position = 0; position < columns.length; position++) {
    const column = columns[position];
    if (!(column >= 0 && column < width) || taken[column] === 1) {
      throw new ShapeError({
        subject: "gene subset",
        found: `column ${column} at position ${position}`,
        expected: `distinct columns from 0 to ${width - 1}`,
        remedy: "Name each wanted column of the source once.",
      });
    }
    taken[column] = 1;
  }
}
