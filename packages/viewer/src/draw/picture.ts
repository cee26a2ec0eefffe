import { OptionError } from "@flashdeconv/core";
import { scaleBar } from "@flashdeconv/maps";
import type { View } from "../contracts.js";
import type { Size } from "./camera.js";
import { DrawingError, tooLarge } from "./drawing-error.js";
import type { PictureOptions } from "./map-drawing.js";
import type { Scene } from "./scene.js";

interface Seen extends PictureOptions {
  /** CSS pixels of the canvas. */
  readonly size: Size;
  readonly view: View;
}

/** PNG of what a canvas shows, `draw` drawing it again at the size of the picture and back, all before the page is shown again. */
export async function takePicture(
  canvas: HTMLCanvasElement,
  scene: Scene | undefined,
  { size, view, width = canvas.width, micrometersPerUnit }: Seen,
  draw: () => void,
): Promise<Blob> {
  if (scene === undefined) throw lost();
  if (!(Number.isInteger(width) && width > 0)) {
    throw new OptionError({ option: "width", value: width, rule: "a whole number of pixels above 0" });
  }
  const shape = size.width > 0 && size.height > 0 ? size.height / size.width : 1;
  const height = Math.max(1, Math.round(width * shape));
  const most = Math.max(width, height);
  if (most > scene.mostPixels) throw tooLarge("the picture", most, scene.mostPixels);
  const picture = document.createElement("canvas");
  picture.width = width;
  picture.height = height;
  const context = picture.getContext("2d");
  if (context === null) throw lost();
  context.fillStyle = colorBehind(canvas);
  context.fillRect(0, 0, width, height);
  const [ownWidth, ownHeight] = [canvas.width, canvas.height];
  try {
    canvas.width = width;
    canvas.height = height;
    draw();
    context.drawImage(canvas, 0, 0, width, height);
  } finally {
    canvas.width = ownWidth;
    canvas.height = ownHeight;
    draw();
  }
  const unitsPerPixel = (view.unitsPerPixel * size.width) / width;
  const bar = scaleBar({ width, scale: 1 / unitsPerPixel }, micrometersPerUnit);
  if (bar !== undefined) drawBar(context, bar, { width, height });
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, "image/png"));
  if (blob === null) throw tooLarge("the picture", most, scene.mostPixels);
  return blob;
}

/** A bar and its label in white on black in the lower left. */
function drawBar(
  context: CanvasRenderingContext2D,
  { length, label }: { readonly length: number; readonly label: string },
  { width, height }: Size,
): void {
  const unit = Math.max(1, Math.min(width, height) / 160);
  context.font = `${6 * unit}px sans-serif`;
  const wide = Math.max(length, context.measureText(label).width) + 4 * unit;
  const [left, top] = [unit, height - 14 * unit];
  const fill = (color: string, ...rectangle: [x: number, y: number, width: number, height: number]) => {
    const [x, y, columns, rows] = rectangle.map(Math.round);
    context.fillStyle = color;
    context.fillRect(x, y, columns, rows);
  };
  fill("#000", left, top, wide, 13 * unit);
  fill("#fff", left + 2 * unit, top + 9 * unit, length, 2 * unit);
  context.fillText(label, left + 2 * unit, top + 7 * unit);
}

/** The colour that shows through a canvas: its own, or that of the first that is behind it. */
function colorBehind(canvas: HTMLCanvasElement): string {
  for (let one: Element | null = canvas; one !== null; one = one.parentElement) {
    const color = getComputedStyle(one).backgroundColor;
    if (color !== "transparent" && !/^rgba\(.*, 0\)$/.test(color)) return color;
  }
  return "#fff";
}

function lost(): DrawingError {
  return new DrawingError({
    subject: "the picture",
    found: "a browser that has no graphics just now",
    expected: "a map that is drawn",
    remedy: "Try again when the map shows again.",
  });
}
