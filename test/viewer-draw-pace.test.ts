import { describe, expect, it } from "vitest";
import { hasChromium, reason } from "./chromium.js";
import { COLORS, useDrawing } from "./viewer-drawing.js";

describe.skipIf(!hasChromium)(`maps that move, drawn in Chromium${reason}`, () => {
  const { ask } = useDrawing();

  /** Moves a map there and back, with frames that come so many milliseconds apart: canvas widths as frames saw them, then what is left. */
  const move = (apart: number, work: "wait" | "picture" | "draw" = "wait") =>
    ask(
      async ({ map, canvasOf, pixels, pictureOf }, { apart, work, colors }) => {
        const own = globalThis.requestAnimationFrame;
        let now = 1e6;
        globalThis.requestAnimationFrame = (call) =>
          own(() => {
            now += apart;
            call(now);
          });
        try {
          const frame = {
            width: 20,
            height: 10,
            matrix: [1, 0, 0, 0, 1, 0],
            shift: 0,
            isLattice: true,
          } as const;
          map.setGround({ kind: "texels", frame });
          map.setField({
            kind: "classes",
            bytes: Uint8Array.from({ length: 200 }, (_, i) => 1 + (i % 3)),
            colors,
          });
          map.fit();
          const at = Array.from({ length: 19 }, (_, i) => [10 * i + 4, 35] as const);
          const before = pixels(at);
          const widths: number[] = [];
          for (let i = 0; i < 12; i++) {
            map.pan([i < 6 ? 3 : -3, 0]);
            await new Promise((resolve) => own(resolve));
            await new Promise((resolve) => own(resolve));
            widths.push(canvasOf().width);
          }
          const picture = work === "picture" ? (await pictureOf({}, [])).width : undefined;
          if (work === "draw") map.draw();
          const left = canvasOf().width;
          while (canvasOf().width !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
          const isSame = JSON.stringify(pixels(at)) === JSON.stringify(before);
          return { widths, left, picture, isSame };
        } finally {
          globalThis.requestAnimationFrame = own;
        }
      },
      { apart, work, colors: COLORS },
    );

  it("have all their pixels where the browser keeps up", async () => {
    const { widths, isSame } = await move(17);
    expect(new Set(widths)).toEqual(new Set([200]));
    expect(isSame).toBe(true);
  });

  it("have fewer where it does not, and all of them once they are still", async () => {
    const { widths, isSame } = await move(50);
    expect(widths[0]).toBe(200);
    expect(widths).toContain(100);
    expect(isSame).toBe(true);
  });

  it("have all of them on pictures, and when asked to be drawn", async () => {
    expect(await move(50, "picture")).toMatchObject({ picture: 200, left: 200, isSame: true });
    expect(await move(50, "draw")).toMatchObject({ left: 200, isSame: true });
  });
});
