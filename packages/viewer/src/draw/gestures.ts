import type { Point } from "./camera.js";
import type { MapDrawing } from "./map-drawing.js";

/** How much nearer per pixel of a wheel; trackpads pinch in much smaller steps. */
const WHEEL = 0.002;
const PINCH = 0.01;
/** No one turn of a wheel zooms more. */
const MOST_STEP = Math.log(2);
/** Pixels of what wheels count in: pixels, lines, pages. */
const WHEEL_UNITS = [1, 16, 400];

/** Moves a map by wheel, drag, pinch and double click until `signal` aborts. */
export function followGestures(canvas: HTMLCanvasElement, map: MapDrawing, signal: AbortSignal): void {
  const fingers = new Map<number, Point>();
  const pixelOf = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return [clientX - left - canvas.clientLeft, clientY - top - canvas.clientTop];
  };

  const turn = (event: WheelEvent) => {
    event.preventDefault();
    const pixels = event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1);
    const step = -pixels * (event.ctrlKey ? PINCH : WHEEL);
    map.zoom(Math.exp(Math.min(MOST_STEP, Math.max(-MOST_STEP, step))), pixelOf(event));
  };

  const press = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    if (!map.isDraggable && event.pointerType === "mouse") return;
    fingers.set(event.pointerId, pixelOf(event));
    // A drag goes on beside the canvas. Pointers that are made by scripts cannot be caught.
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
  };

  const move = (event: PointerEvent) => {
    const from = fingers.get(event.pointerId);
    if (from === undefined) return;
    const to = pixelOf(event);
    fingers.set(event.pointerId, to);
    if (fingers.size === 1 && map.isDraggable) map.pan([to[0] - from[0], to[1] - from[1]]);
    if (fingers.size === 2) pinch(event.pointerId, from, to);
  };

  /** Two fingers keep what lies under them, but for turning. */
  const pinch = (moved: number, from: Point, to: Point) => {
    const [, other] = [...fingers].find(([id]) => id !== moved) ?? [];
    if (other === undefined) return;
    const apart = ([x, y]: Point) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
    map.pan([(to[0] - from[0]) / 2, (to[1] - from[1]) / 2]);
    map.zoom(apart(to) / apart(from), [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2]);
  };

  const lift = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
  };

  const doubleClick = (event: MouseEvent) => {
    if (map.isDraggable) map.zoom(event.shiftKey ? 1 / 2 : 2, pixelOf(event));
  };

  // Fingers move the map, not the page.
  canvas.style.touchAction = "none";
  canvas.addEventListener("wheel", turn, { signal, passive: false });
  canvas.addEventListener("pointerdown", press, { signal });
  canvas.addEventListener("pointermove", move, { signal });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
    canvas.addEventListener(end, lift, { signal });
  }
  canvas.addEventListener("dblclick", doubleClick, { signal });
}
