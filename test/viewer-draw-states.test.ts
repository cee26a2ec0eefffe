import { describe, expect, it } from "vitest";
import { hasChromium, reason } from "./chromium.js";
import { COLORS, GREEN, NOTHING, RED, useDrawing } from "./viewer-drawing.js";

describe.skipIf(!hasChromium)(`maps and what becomes of them in Chromium${reason}`, () => {
  const drawing = useDrawing();

  it("draws nothing while nothing changes, and changes together in one frame", async () => {
    const counts = await drawing.ask(async ({ map, draws, nextFrame }, colors) => {
      const frame = { width: 2, height: 1, matrix: [10, 0, 0, 0, 10, 0], shift: 0, isLattice: true } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: Uint8Array.of(1, 2), colors });
      map.zoom(2);
      map.pan([3, 3]);
      await nextFrame();
      const first = draws.length;
      await nextFrame();
      await nextFrame();
      map.draw();
      return [first, draws.length];
    }, COLORS);
    expect(counts).toEqual([1, 1]);
  });

  it("draws again what it drew once a lost context is restored", async () => {
    const { before, after, told } = await drawing.ask(
      async ({ map, pixels, events, canvasOf, nextFrame }, colors) => {
        const frame = {
          width: 2,
          height: 1,
          matrix: [10, 0, 0, 0, 10, 0],
          shift: 0,
          isLattice: true,
        } as const;
        const image = await createImageBitmap(new ImageData(Uint8ClampedArray.of(9, 90, 200, 255), 1, 1));
        const at = [
          [75, 50],
          [125, 50],
          [5, 5],
        ] as const;
        map.setGround({ kind: "texels", frame });
        map.setField({ kind: "classes", bytes: Uint8Array.of(1, 1), colors });
        map.setBackdrop({ image, matrix: [400, 0, -200, 0, 400, -200], opacity: 1 });
        map.setView({ x: 5, y: 0, unitsPerPixel: 0.2 });
        const before = pixels(at);
        events.length = 0;
        const gl = canvasOf().getContext("webgl2") as WebGL2RenderingContext;
        const extension = gl.getExtension("WEBGL_lose_context") as WEBGL_lose_context;
        extension.loseContext();
        while (!events.includes("lost")) await nextFrame();
        // What is set meanwhile holds.
        map.setField({ kind: "classes", bytes: Uint8Array.of(1, 2), colors });
        const picture = await map.picture().catch((error: Error) => `${error.name}: ${error.message}`);
        events.push(String(picture));
        extension.restoreContext();
        while (!events.includes("restored")) await nextFrame();
        return { before, after: pixels(at), told: events };
      },
      COLORS,
    );
    expect(before).toEqual([RED, RED, [9, 90, 200, 255]]);
    expect(after).toEqual([RED, GREEN, [9, 90, 200, 255]]);
    expect(told).toEqual(["lost", expect.stringMatching(/^DrawingError: the picture: found /), "restored"]);
  });

  it("lays a picture beneath, by its own matrix, and lets it shine through spots", async () => {
    const read = await drawing.ask(async ({ map, canvasOf }, colors) => {
      const pixels = Uint8ClampedArray.of(200, 0, 0, 255, 0, 0, 200, 255);
      const image = await createImageBitmap(new ImageData(pixels, 2, 1));
      const frame = { width: 2, height: 1, matrix: [10, 0, 0, 0, 10, 0], shift: 0, isLattice: true } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: Uint8Array.of(2, 0), colors });
      map.setBackdrop({ image, matrix: [10, 0, -5, 0, 10, -5], opacity: 1 });
      map.setView({ x: 5, y: 0, unitsPerPixel: 0.2 });
      map.setOpacity(0.5);
      map.draw();
      const copy = document.createElement("canvas");
      const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
      context.drawImage(canvasOf(), 0, 0);
      return [60, 140, 160].map((x) => [...context.getImageData(x, 50, 1, 1).data]);
    }, COLORS);
    expect(read.map((color) => color.map((channel) => Math.round(channel / 10) * 10))).toEqual([
      [100, 130, 0, 260],
      [0, 0, 200, 260],
      [0, 0, 0, 0],
    ]);
  });

  it("saves a picture at any size, with what is behind and a scale bar", async () => {
    const { plain, large, wrong } = await drawing.ask(async ({ map, pictureOf, pixels }, colors) => {
      const frame = { width: 4, height: 1, matrix: [10, 0, 0, 0, 10, 0], shift: 0, isLattice: true } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: Uint8Array.of(1, 2, 3, 1), colors });
      map.setView({ x: 15, y: 0, unitsPerPixel: 0.25 });
      const at = [
        [10, 2],
        [40, 50],
        [80, 50],
      ] as const;
      const plain = await pictureOf({}, at);
      // 50 um are seen: the bar of 10 um has 80 pixels of 400.
      const doubled = at.map(([x, y]) => [2 * x, 2 * y] as const);
      const large = await pictureOf({ width: 400, micrometersPerUnit: 1 }, [
        ...doubled,
        [30, 195],
        [60, 198],
        [100, 195],
      ]);
      const wrong = await Promise.all(
        [0, 1.5, 1e6].map((width) => map.picture({ width }).catch((error: Error) => error.message)),
      );
      return { plain, large, wrong: [...wrong, ...pixels(at)] };
    }, COLORS);
    const [white, black] = [
      [255, 255, 255, 255],
      [0, 0, 0, 255],
    ];
    expect(plain).toEqual({ type: "image/png", width: 200, height: 100, read: [white, RED, GREEN] });
    expect(large).toMatchObject({ width: 400, height: 200 });
    expect(large.read).toEqual([white, RED, GREEN, white, black, white]);
    // And the canvas shows what it showed.
    expect(wrong).toEqual([
      expect.stringMatching(/^option width: found 0, expected a whole number/),
      expect.stringMatching(/^option width: found 1.5, expected a whole number/),
      expect.stringMatching(/^the picture: found 1000000 pixels on a side/),
      NOTHING,
      RED,
      GREEN,
    ]);
  });

  it("follows the size and the pixels of the canvas", async () => {
    const sizes = await drawing.ask(async ({ map, canvasOf, nextFrame }, colors) => {
      const frame = {
        width: 20,
        height: 10,
        matrix: [10, 0, 0, 0, 10, 0],
        shift: 0,
        isLattice: true,
      } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: new Uint8Array(200).fill(1), colors });
      const { unitsPerPixel } = map.view;
      canvasOf().style.width = "100px";
      canvasOf().style.height = "50px";
      while (canvasOf().width !== 100) await nextFrame();
      const own = Object.getOwnPropertyDescriptor(globalThis, "devicePixelRatio") as PropertyDescriptor;
      Object.defineProperty(globalThis, "devicePixelRatio", { value: 3, configurable: true });
      map.resize();
      Object.defineProperty(globalThis, "devicePixelRatio", own);
      return [map.view.unitsPerPixel / unitsPerPixel, canvasOf().width, canvasOf().height];
    }, COLORS);
    expect(sizes).toEqual([2, 300, 150]);
  });

  it("says what is wrong with bytes, limits of the browser, and browsers without WebGL2", async () => {
    const told = await drawing.ask(async ({ map, createMap }) => {
      const said = (work: () => unknown) => {
        try {
          work();
          return "nothing";
        } catch (error) {
          return (error as Error).message;
        }
      };
      const frame = { width: 2, height: 1, matrix: [1, 0, 0, 0, 1, 0], shift: 0, isLattice: true } as const;
      map.setGround({ kind: "texels", frame });
      const told = [
        said(() => map.setField({ kind: "classes", bytes: new Uint8Array(3), colors: [] })),
        said(() => map.setGround({ kind: "texels", frame: { ...frame, width: 1e6 } })),
        said(() => map.setOpacity(2)),
      ];
      const { getContext } = HTMLCanvasElement.prototype;
      HTMLCanvasElement.prototype.getContext = () => null;
      told.push(said(() => createMap(document.createElement("canvas"))));
      HTMLCanvasElement.prototype.getContext = getContext;
      return told;
    });
    expect(told[0]).toMatch(/^bytes of a map: found 3, expected 2/);
    expect(told[1]).toMatch(/^the map: found 1000000 pixels on a side, expected at most \d+, /);
    expect(told[2]).toMatch(/^option opacity: found 2, expected a number of 0 to 1/);
    expect(told[3]).toMatch(/^maps: found a browser that gives no WebGL2/);
  });
});
