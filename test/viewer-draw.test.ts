import { describe, expect, it } from "vitest";
import { hasChromium, reason } from "./chromium.js";
import { BLUE, COLORS, GREEN, NO_ANSWER, NOTHING, OTHER, RED, useDrawing } from "./viewer-drawing.js";

describe.skipIf(!hasChromium)(`maps drawn in Chromium${reason}`, () => {
  const drawing = useDrawing();

  it("draws bins that lie along the axes", async () => {
    const read = await drawing.ask(({ map, pixels }, colors) => {
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
    const wrong = await drawing.ask(({ map, pixels }, colors) => {
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
    const { filled, discs, picked } = await drawing.ask(({ map, pixels }, colors) => {
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
      drawing.ask(
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
      const { read, sent } = await drawing.ask(
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

  it("draws a picture 8192 texels wide, in the level that it is", async () => {
    const read = await drawing.ask(({ map, pixels }, colors) => {
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
    const { whole, near, color } = await drawing.ask(({ map, pixels, draws }, colors) => {
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
    const read = await drawing.ask(({ map, pixels, canvasOf }, colors) => {
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
});
