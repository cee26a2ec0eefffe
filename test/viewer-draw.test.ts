import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "./bundle.js";
import { GL_ARGUMENTS, hasChromium, openChromium, reason } from "./chromium.js";
import type * as Drawn from "./draw-page.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const STYLE = "body { margin: 0; background: #fff; } canvas { display: block; width: 200px; height: 100px; }";
const PAGE =
  "<!doctype html><title>map</title><link rel=stylesheet href=page.css><canvas></canvas><script src=page.js></script>";
/** The policy of the page that shows results. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'";

/** Colours of classes in these tests, and what stands for no answer and for classes not shown. */
const [RED, GREEN, BLUE] = [
  [255, 0, 0, 255],
  [0, 255, 0, 255],
  [0, 0, 255, 255],
];
const COLORS = ["#ff0000", "#00ff00", "#0000ff"];
const NOTHING = [0, 0, 0, 0];
const NO_ANSWER = [230, 230, 230, 255];
const OTHER = [190, 190, 198, 255];

describe.skipIf(!hasChromium)(`maps drawn in Chromium${reason}`, () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let heard: string[];

  beforeAll(async () => {
    const module = fileURLToPath(new URL("draw-page.ts", import.meta.url));
    const { code } = await bundle(`export * from ${JSON.stringify(module)};`);
    const files: Record<string, [type: string, text: string]> = {
      "/page.js": ["text/javascript", code],
      "/page.css": ["text/css", STYLE],
    };
    server = createServer(({ url = "" }, response) => {
      const [type, text] = files[url] ?? ["text/html", PAGE];
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
      response.end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await openChromium(GL_ARGUMENTS);
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    heard = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await ask((drawn) => drawn.begin());
    return async () => {
      await page.close();
      expect(heard).toEqual([]);
    };
  });

  /** Runs `work` in the page. */
  const ask = <T, G = undefined>(
    work: (drawn: typeof Drawn, given: G) => T,
    given?: G,
  ): Promise<Awaited<T>> =>
    page.evaluate(
      `((given) => (${work.toString()})(bundled, given))(${JSON.stringify(given) ?? "undefined"})`,
    ) as never;

  it("draws bins that lie along the axes", async () => {
    const read = await ask(({ map, pixels }, colors) => {
      const frame = {
        width: 4,
        height: 2,
        matrix: [10, 0, 100, 0, 10, 200],
        shift: 0,
        isLattice: true,
      } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: Uint8Array.of(1, 2, 3, 0, 255, 1, 9, 3), colors });
      map.setView({ x: 115, y: 205, unitsPerPixel: 0.25 });
      // A bin is 40 pixels wide; the four of a row begin at 20.
      return pixels([
        [21, 11],
        [40, 49],
        [61, 30],
        [139, 49],
        [160, 30],
        [21, 51],
        [99, 89],
        [120, 70],
        [179, 89],
        [181, 70],
        [100, 9],
      ]);
    }, COLORS);
    expect(read).toEqual([RED, RED, GREEN, BLUE, NOTHING, NO_ANSWER, RED, OTHER, BLUE, NOTHING, NOTHING]);
  });

  it("draws bins of a grid that is turned, and picks them where they are seen", async () => {
    const wrong = await ask(({ map, pixels }, colors) => {
      const [cos, sin] = [Math.cos(0.5), Math.sin(0.5)];
      const matrix = [10 * cos, -10 * sin, 1000, 10 * sin, 10 * cos, 5000] as const;
      const frame = { width: 30, height: 20, matrix, shift: 0, isLattice: true } as const;
      const bytes = Uint8Array.from({ length: 600 }, (_, i) => (7 * i) % 4);
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes, colors });
      const wrong: string[] = [];
      for (const unitsPerPixel of [4, 0.7]) {
        map.setView({ x: 1070, y: 5170, unitsPerPixel });
        const at = Array.from({ length: 400 }, (_, i) => [(17 * i) % 200, (31 * i) % 100] as const);
        const read = pixels(at);
        for (const [i, [x, y]] of at.entries()) {
          const picked = map.pick([x + 0.5, y + 0.5]);
          const byte = picked === undefined ? 0 : bytes[picked.index];
          const expected =
            byte === 0 ? [0, 0, 0, 0] : [1, 2, 3].map((one) => (one === byte ? 255 : 0)).concat(255);
          if (String(read[i]) !== String(expected))
            wrong.push(`${x} ${y}: ${read[i]}, picked ${picked?.index}`);
        }
      }
      return wrong;
    }, COLORS);
    expect(wrong).toEqual([]);
  });

  it("draws a hexagonal grid filled from afar, and as discs with gaps between near by", async () => {
    const { filled, discs, picked } = await ask(({ map, pixels }, colors) => {
      const matrix = [10, 0, 0, 0, 8.66, 0] as const;
      const frame = { width: 10, height: 10, matrix, shift: 0.5, isLattice: true } as const;
      map.setGround({ kind: "texels", frame });
      const bytes = Uint8Array.from({ length: 100 }, (_, i) => 1 + (Math.floor(i / 10) % 2));
      map.setField({ kind: "classes", bytes, colors });
      map.setView({ x: 50, y: 43.3, unitsPerPixel: 2 });
      const filled = pixels([
        [100, 50],
        [101, 52],
        [104, 46],
      ]);
      // A distance is 40 pixels now, and a spot of row 5 in the middle.
      map.setView({ x: 55, y: 43.3, unitsPerPixel: 0.25 });
      const at = [
        [100, 50],
        [100, 36],
        [120, 50],
        [120, 15],
        [80, 15],
      ] as const;
      return { filled, discs: pixels(at), picked: at.map((one) => map.pick(one)?.index) };
    }, COLORS);
    expect(filled.every(([, , , opacity]) => opacity === 255)).toBe(true);
    // Spots of row 4 lie at 120 and 80 (15 pixels from above), of row 5 at 100 (50 pixels).
    expect(discs).toEqual([GREEN, GREEN, NOTHING, RED, RED]);
    expect(picked.slice(0, 2)).toEqual([55, 55]);
  });

  it("draws points as squares and discs, also those that are seen in part", async () => {
    const draw = (isSquare: boolean) =>
      ask(
        ({ map, pixels }, { colors, isSquare }) => {
          const places = Float32Array.of(0, 0, 10, 0, 0, 10, 10, 10, Number.NaN, 3);
          map.setGround({ kind: "points", places, origin: [1000, 2000], pitch: 10, isSquare });
          map.setField({ kind: "classes", bytes: Uint8Array.of(1, 2, 255, 0, 3), colors });
          map.setView({ x: 1000, y: 2000, unitsPerPixel: 0.25 });
          const read = pixels([
            [100, 50],
            [82, 32],
            [140, 50],
            [100, 90],
            [140, 90],
          ]);
          map.setView({ x: 1000, y: 2000, unitsPerPixel: 0.09 });
          // The second spot's middle lies beside the canvas now, at 211.
          return read.concat(pixels([[185, 50]]));
        },
        { colors: COLORS, isSquare },
      );
    expect(await draw(true)).toEqual([RED, RED, GREEN, NO_ANSWER, NOTHING, GREEN]);
    expect(await draw(false)).toEqual([RED, NOTHING, GREEN, NO_ANSWER, NOTHING, GREEN]);
  });

  it.each(["texels", "points"] as const)(
    "colours by palette alone: limits, roots, classes shown; %s",
    async (kind) => {
      const { read, sent } = await ask(
        ({ map, pixels, sent }, { kind, colors }) => {
          const frame = {
            width: 2,
            height: 1,
            matrix: [10, 0, 0, 0, 10, 0],
            shift: 0,
            isLattice: true,
          } as const;
          const places = Float32Array.of(0, 0, 10, 0);
          map.setGround(
            kind === "texels" ? { kind, frame } : { kind, places, origin: [0, 0], pitch: 10, isSquare: true },
          );
          map.setView({ x: 5, y: 0, unitsPerPixel: 0.2 });
          const bytes = Uint8Array.of(1, 254);
          const other = Uint8Array.of(64, 254);
          const amounts = { kind: "amounts", bytes, most: 0.5, limits: [0, 0.5] } as const;
          const at = [
            [75, 50],
            [125, 50],
          ] as const;
          const read: number[][][] = [];
          map.setField(amounts);
          read.push(pixels(at));
          map.setField({ ...amounts, bytes: other, isRoot: true, isLinear: true });
          read.push(pixels(at));
          const before = sent.length;
          map.setField({ ...amounts, bytes: other, limits: [0.6, 0.7] });
          read.push(pixels(at));
          map.setField({
            kind: "classes",
            bytes: other,
            colors: Array(254).fill(colors[0]),
            shown: new Set([63]),
          });
          read.push(pixels(at));
          const changes = sent.slice(before);
          const part = { ...amounts, limits: [0, 0.5] as const, isLinear: true };
          map.setField({
            kind: "blend",
            parts: [
              { ...part, bytes, color: colors[0] },
              { ...part, bytes: other, color: colors[1] },
            ],
          });
          read.push(pixels(at));
          map.setField({
            kind: "blend",
            parts: [0, 1, 2, 3].map((i) => ({ ...part, bytes, color: i < 2 ? "#400000" : "#000080" })),
          });
          read.push(pixels(at));
          return { read, sent: changes };
        },
        { kind, colors: COLORS },
      );
      const [violet, yellow] = [
        [68, 1, 84, 255],
        [253, 231, 37, 255],
      ];
      expect(read[0]).toEqual([violet, yellow]);
      // The root of a quarter is a half: the middle of the ramp.
      expect(read[1][0].map((channel, i) => Math.abs(channel - [33, 145, 140, 255][i]) < 3)).toEqual(
        Array(4).fill(true),
      );
      expect(read[2]).toEqual([violet, violet]);
      expect(read[3]).toEqual([RED, OTHER]);
      expect(read[4][0].map((channel, i) => Math.abs(channel - [0, 64, 0, 255][i]) < 2)).toEqual(
        Array(4).fill(true),
      );
      expect(read[4][1]).toEqual([255, 255, 0, 255]);
      expect(read[5][1]).toEqual([128, 0, 255, 255]);
      // A palette each, and nothing else.
      expect(sent).toEqual([1024, 1024]);
    },
  );

  it("draws nothing while nothing changes, and changes together in one frame", async () => {
    const counts = await ask(async ({ map, draws, nextFrame }, colors) => {
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
    const { before, after, told } = await ask(
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
    // The browser itself tells of it.
    heard = heard.filter((text) => !/CONTEXT_LOST_WEBGL/.test(text));
  });

  it("lays a picture beneath, by its own matrix, and lets it shine through spots", async () => {
    const read = await ask(async ({ map, canvasOf }, colors) => {
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
    const { plain, large, wrong } = await ask(async ({ map, pictureOf, pixels }, colors) => {
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

  it("moves by wheel, drag and double click, and leaves drags to others when told", async () => {
    await ask(({ map }, colors) => {
      const frame = {
        width: 20,
        height: 10,
        matrix: [10, 0, 0, 0, 10, 0],
        shift: 0,
        isLattice: true,
      } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: new Uint8Array(200).fill(1), colors });
      map.setView({ x: 95, y: 45, unitsPerPixel: 0.5 });
    }, COLORS);
    const seen = () => ask(({ map }) => map.view);
    const under = (pixel: readonly [number, number]) => ask(({ map }, at) => map.toPlace(at), pixel);
    const before = await under([150, 20]);
    await page.mouse.move(150, 20);
    await page.mouse.wheel(0, -200);
    await page.waitForFunction("bundled.map.view.unitsPerPixel < 0.4");
    const after = await under([150, 20]);
    expect(Math.hypot(after[0] - before[0], after[1] - before[1])).toBeLessThan(1e-9);
    await page.mouse.down();
    await page.mouse.move(120, 50, { steps: 3 });
    await page.mouse.up();
    const dragged = await under([120, 50]);
    expect(Math.hypot(dragged[0] - before[0], dragged[1] - before[1])).toBeLessThan(1e-9);
    const { unitsPerPixel } = await seen();
    await page.mouse.dblclick(100, 50);
    expect((await seen()).unitsPerPixel).toBeCloseTo(unitsPerPixel / 2, 9);
    await ask(({ map }) => {
      map.isDraggable = false;
    });
    const kept = await seen();
    await page.mouse.down();
    await page.mouse.move(20, 20);
    await page.mouse.up();
    expect(await seen()).toEqual(kept);
    expect(
      await ask(
        ({ map }) =>
          [
            ...map.select([
              [0, 0],
              [0, 100],
              [200, 100],
              [200, 0],
            ]),
          ].length,
      ),
    ).toBeGreaterThan(3);
  });

  it("keeps two fingers over what lies under them", async () => {
    const apart = await ask(({ map, canvasOf }, colors) => {
      const frame = {
        width: 20,
        height: 10,
        matrix: [10, 0, 0, 0, 10, 0],
        shift: 0,
        isLattice: true,
      } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: new Uint8Array(200).fill(1), colors });
      map.setView({ x: 95, y: 45, unitsPerPixel: 0.5 });
      const finger = (type: string, pointerId: number, clientX: number, clientY: number) => {
        const event = new PointerEvent(type, { pointerId, clientX, clientY, pointerType: "touch" });
        canvasOf().dispatchEvent(event);
      };
      finger("pointerdown", 1, 80, 50);
      finger("pointerdown", 2, 120, 50);
      const held = [map.toPlace([80, 50]), map.toPlace([120, 50])];
      finger("pointermove", 2, 140, 40);
      finger("pointermove", 1, 70, 75);
      finger("pointermove", 1, 60, 40);
      const now = [map.toPlace([60, 40]), map.toPlace([140, 40])];
      finger("pointerup", 1, 60, 40);
      finger("pointerup", 2, 140, 40);
      return held.map(([x, y], i) => Math.hypot(now[i][0] - x, now[i][1] - y)).concat(map.view.unitsPerPixel);
    }, COLORS);
    expect(apart[0]).toBeLessThan(1e-9);
    expect(apart[1]).toBeLessThan(1e-9);
    expect(apart[2]).toBeCloseTo(0.25, 9);
  });

  it("draws a picture 8192 texels wide, in the level that it is", async () => {
    const read = await ask(({ map, pixels }, colors) => {
      const matrix = [1, 0, 5000, 0, 1, 7000] as const;
      const frame = { width: 8192, height: 8, matrix, shift: 0, isLattice: true } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({
        kind: "classes",
        bytes: Uint8Array.from({ length: 8192 * 8 }, (_, i) => 1 + (i % 3)),
        colors,
      });
      map.setView({ x: 5000 + 8190, y: 7004, unitsPerPixel: 0.05 });
      // 20 pixels a texel; the middle of the canvas is the middle of column 8190, which is class 2 in row 4.
      return pixels([
        [91, 50],
        [109, 50],
        [111, 50],
        [129, 50],
        [131, 50],
      ]);
    }, COLORS);
    expect(read).toEqual([BLUE, BLUE, RED, RED, NOTHING]);
  });

  it("draws 300,000 points, from near those alone that are seen", async () => {
    const { whole, near, color } = await ask(({ map, pixels, draws }, colors) => {
      const places = Float32Array.from({ length: 600_000 }, (_, i) =>
        i % 2 === 0 ? (i / 2) % 600 : Math.floor(i / 1200),
      );
      map.setGround({ kind: "points", places, origin: [0, 0], pitch: 1, isSquare: true });
      map.setField({ kind: "classes", bytes: new Uint8Array(300_000).fill(2), colors });
      const sum = () => draws.splice(0).reduce((all, one) => all + one, 0);
      sum();
      const color = pixels([[100, 50]]);
      const whole = sum();
      map.setView({ x: 300, y: 250, unitsPerPixel: 0.05 });
      color.push(...pixels([[100, 50]]));
      return { whole, near: sum(), color };
    }, COLORS);
    expect(whole).toBe(300_000);
    expect(near).toBeGreaterThan(10 * 5);
    expect(near).toBeLessThan(400);
    expect(color).toEqual([GREEN, GREEN]);
  });

  it("has honest pictures of one spot, of spots in one place and of a strip", async () => {
    const read = await ask(({ map, pixels, canvasOf }, colors) => {
      const whole = Array.from({ length: 20_000 }, (_, i) => [i % 200, Math.floor(i / 200)] as const);
      const covered = () => pixels(whole).filter(([, , , opacity]) => opacity > 0).length;
      const draw = (
        count: number,
        frame?: { width: number; height: number },
        places = new Float32Array(2 * count),
      ) => {
        const matrix = [1, 0, 0, 0, 1, 0] as const;
        map.setGround(
          frame === undefined
            ? { kind: "points", places, origin: [5, 5], pitch: 0, isSquare: false }
            : { kind: "texels", frame: { ...frame, matrix, shift: 0, isLattice: true } },
        );
        map.setField({ kind: "classes", bytes: new Uint8Array(count).fill(1), colors });
        map.fit();
        return covered();
      };
      const strip = Float32Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? 0 : i / 2));
      return {
        side: canvasOf().height,
        one: draw(1),
        equal: draw(50),
        texel: draw(1, { width: 1, height: 1 }),
        strip: draw(5000, { width: 1, height: 5000 }),
        stripOfPoints: draw(5000, undefined, strip),
        none: draw(0),
      };
    }, COLORS);
    // A spot alone is a disc of 48 pixels, a bin a square.
    expect(Math.abs(read.one - Math.PI * 24 ** 2)).toBeLessThan(100);
    expect(read.equal).toBe(read.one);
    expect(read.texel).toBe(48 ** 2);
    expect(read.strip).toBeGreaterThanOrEqual(90);
    expect(read.strip).toBeLessThanOrEqual(300);
    expect(read.none).toBe(0);
  });

  it("follows the size and the pixels of the canvas", async () => {
    const sizes = await ask(async ({ map, canvasOf, nextFrame }, colors) => {
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
      Object.defineProperty(globalThis, "devicePixelRatio", { value: 3 });
      map.resize();
      return [map.view.unitsPerPixel / unitsPerPixel, canvasOf().width, canvasOf().height];
    }, COLORS);
    expect(sizes).toEqual([2, 300, 150]);
  });

  it("says what is wrong with bytes, limits of the browser, and browsers without WebGL2", async () => {
    const told = await ask(async ({ map, createMap, canvasOf }) => {
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
      map.stop();
      HTMLCanvasElement.prototype.getContext = () => null;
      told.push(said(() => createMap(canvasOf())));
      return told;
    });
    expect(told[0]).toMatch(/^bytes of a map: found 3, expected 2/);
    expect(told[1]).toMatch(/^the map: found 1000000 pixels on a side, expected at most \d+, /);
    expect(told[2]).toMatch(/^option opacity: found 2, expected a number of 0 to 1/);
    expect(told[3]).toMatch(/^maps: found a browser that gives no WebGL2/);
  });
});
