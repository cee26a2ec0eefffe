import { createMap, type MapDrawing, type PictureOptions } from "../packages/viewer/src/draw/index.js";

/** A page with one map. Bundled for pages; tests call it through `bundled`. */
export const events: string[] = [];
/** How many vertices each call drew; how many bytes each sent. */
export const draws: number[] = [];
export const sent: number[] = [];
export let map: MapDrawing;

export { createMap };

watchDrawing();

/** A new map, in a canvas of its own. */
export function begin(): void {
  map?.stop();
  for (const told of [events, draws, sent]) told.length = 0;
  const canvas = document.createElement("canvas");
  canvasOf().replaceWith(canvas);
  map = createMap(canvas, {
    onView: ({ x, y, unitsPerPixel }) => events.push(`view ${[x, y, unitsPerPixel].join(" ")}`),
    onLost: () => events.push("lost"),
    onRestored: () => events.push("restored"),
  });
}

function watchDrawing(): void {
  const { drawArrays } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.drawArrays = function (...given) {
    draws.push(given[2]);
    return drawArrays.apply(this, given);
  };
  for (const name of ["texSubImage2D", "bufferData"] as const) {
    const own = WebGL2RenderingContext.prototype[name] as (...given: unknown[]) => void;
    Object.assign(WebGL2RenderingContext.prototype, {
      [name](this: WebGL2RenderingContext, ...given: unknown[]) {
        sent.push((given.find((one) => ArrayBuffer.isView(one)) as Uint8Array | undefined)?.byteLength ?? 0);
        return own.apply(this, given);
      },
    });
  }
}

export function canvasOf(): HTMLCanvasElement {
  return document.querySelector("canvas") as HTMLCanvasElement;
}

/** Red, green, blue and opacity of pixels of the canvas. */
export function pixels(at: readonly (readonly [x: number, y: number])[]): number[][] {
  map.setOpacity(1);
  map.draw();
  const canvas = canvasOf();
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  return at.map(([x, y]) => [...data.subarray(4 * (y * copy.width + x), 4 * (y * copy.width + x) + 4)]);
}

/** The pixels of a picture that was saved, and its size. */
export async function pictureOf(options: PictureOptions, at: readonly (readonly [number, number])[]) {
  const blob = await map.picture(options);
  const image = await createImageBitmap(blob);
  const copy = document.createElement("canvas");
  copy.width = image.width;
  copy.height = image.height;
  const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  const read = at.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
  return { type: blob.type, width: image.width, height: image.height, read };
}

export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
