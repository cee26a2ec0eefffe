import type { Page } from "playwright-core";

export async function textOf(download: {
  createReadStream(): Promise<AsyncIterable<Buffer>>;
}): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** The pixel of the canvas at which a place of the grid of 40 x 30 is seen when all of it is. */
export function pixelOf(page: Page, [x, y]: readonly [number, number]): Promise<[number, number]> {
  return page.evaluate(
    ([column, row]) => {
      const { clientWidth: width, clientHeight: height } = document.querySelector(
        "canvas.fd-canvas",
      ) as HTMLCanvasElement;
      const perPixel = Math.max(40 / width, 30 / height) * 1.05;
      return [width / 2 + (column - 19.5) / perPixel, height / 2 + (row - 14.5) / perPixel] as [
        number,
        number,
      ];
    },
    [x, y],
  );
}

/** Colours that are seen at places of the grid. */
export async function colorsAt(
  page: Page,
  places: readonly (readonly [number, number])[],
): Promise<string[]> {
  const pixels = await Promise.all(places.map((place) => pixelOf(page, place)));
  return colorsOf(page, pixels);
}

export function allColors(page: Page): Promise<string[]> {
  return colorsOf(page, undefined);
}

/** Colours of pixels of the canvas as it is seen; every fourth where none are named. */
async function colorsOf(page: Page, pixels: [number, number][] | undefined): Promise<string[]> {
  const png = await page.locator("canvas.fd-canvas").screenshot();
  return page.evaluate(readPixels, { png: png.toString("base64"), pixels });
}

/** Runs in the page. */
async function readPixels({ png, pixels }: { png: string; pixels: [number, number][] | undefined }) {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [image.width, image.height];
  const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  const at = (x: number, y: number) => {
    const [r, g, b] = context.getImageData(Math.round(x), Math.round(y), 1, 1).data;
    return `#${[r, g, b].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  };
  if (pixels) return pixels.map(([x, y]) => at(x, y));
  const all: string[] = [];
  for (let y = 0; y < copy.height; y += 4) for (let x = 0; x < copy.width; x += 4) all.push(at(x, y));
  return all;
}
