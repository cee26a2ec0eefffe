import { describe, expect, it } from "vitest";
import { hasChromium, reason } from "./chromium.js";
import { COLORS, useDrawing } from "./viewer-drawing.js";

describe.skipIf(!hasChromium)(`maps moved in Chromium${reason}`, () => {
  const drawing = useDrawing();

  it("moves by wheel, drag and double click, and leaves drags to others when told", async () => {
    await drawing.ask(({ map }, colors) => {
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
    const seen = () => drawing.ask(({ map }) => map.view);
    const under = (pixel: readonly [number, number]) => drawing.ask(({ map }, at) => map.toPlace(at), pixel);
    const before = await under([150, 20]);
    await drawing.page.mouse.move(150, 20);
    await drawing.page.mouse.wheel(0, -200);
    await drawing.page.waitForFunction("bundled.map.view.unitsPerPixel < 0.4");
    const after = await under([150, 20]);
    expect(Math.hypot(after[0] - before[0], after[1] - before[1])).toBeLessThan(1e-9);
    await drawing.page.mouse.down();
    await drawing.page.mouse.move(120, 50, { steps: 3 });
    await drawing.page.mouse.up();
    const dragged = await under([120, 50]);
    expect(Math.hypot(dragged[0] - before[0], dragged[1] - before[1])).toBeLessThan(1e-9);
    const { unitsPerPixel } = await seen();
    await drawing.page.mouse.dblclick(100, 50);
    expect((await seen()).unitsPerPixel).toBeCloseTo(unitsPerPixel / 2, 9);
    await drawing.ask(({ map }) => {
      map.isDraggable = false;
    });
    const kept = await seen();
    await drawing.page.mouse.down();
    await drawing.page.mouse.move(20, 20);
    await drawing.page.mouse.up();
    expect(await seen()).toEqual(kept);
    expect(
      await drawing.ask(
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
    const apart = await drawing.ask(({ map, canvasOf }, colors) => {
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
});
