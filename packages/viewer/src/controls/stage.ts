import type { View } from "../contracts.js";
import { createMap, type MapDrawing } from "../draw/index.js";
import { h, uniqueId } from "./h.js";
import { Overlay } from "./overlay.js";

export type Point = readonly [x: number, y: number];
export type Tool = "move" | "rectangle" | "lasso";

export interface StageEvents {
  onView(view: View): void;
  /** The pointer, or the cross-hair, stands there; undefined where it has left. */
  onPoint(pixel: Point | undefined, isCross: boolean): void;
  /** A closed path was drawn, in pixels. */
  onPath(path: readonly Point[]): void;
  /** The type before or after. */
  onStep(by: number): void;
  onEscape(): void;
  onLost(isLost: boolean): void;
}

/** Share of the canvas that an arrow moves the map by. */
const STEP = 0.1;
const NEARER = 1.5;
/** A path of fewer pixels was a click. */
const LEAST_PATH = 4;

const HELP =
  "Arrows move the map under the cross-hair in its middle, with shift by a pixel; plus and minus zoom, 0 shows all. " +
  "[ and ] show the type before and after. Escape shows all types and ends a selection. What lies under the cross-hair is told.";

/** The canvas with what lies over it, and what one does on it. */
export class Stage {
  readonly overlay = new Overlay();
  readonly canvas: HTMLCanvasElement;
  readonly element: HTMLElement;
  readonly map: MapDrawing;
  readonly #events: StageEvents;
  #tool: Tool = "move";
  /** Whether somebody chose what is seen; else the whole section is. */
  isMoved = false;
  #path: Point[] | undefined;

  constructor(label: string, events: StageEvents) {
    this.#events = events;
    const id = uniqueId("help");
    const help = h("p", { class: "fd-hidden", id }, HELP);
    this.canvas = h("canvas", {
      class: "fd-canvas",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "map",
      "aria-label": label,
      "aria-describedby": id,
      on: {
        keydown: (event: KeyboardEvent) => this.#onKey(event),
        pointermove: (event: PointerEvent) => this.#onMove(event),
        pointerdown: (event: PointerEvent) => this.#onDown(event),
        pointerup: (event: PointerEvent) => this.#onUp(event),
        wheel: () => this.#moved(),
        dblclick: () => this.#moved(),
        pointercancel: () => this.#endPath(),
        pointerleave: () => this.#path === undefined && events.onPoint(undefined, false),
        blur: () => events.onPoint(undefined, true),
        focus: () => this.#tellCross(),
      },
    });
    const { bar, cross, tip, outline } = this.overlay;
    this.element = h("div", { class: "fd-stage" }, this.canvas, outline, cross, bar, tip, help);
    this.map = createMap(this.canvas, {
      onView: events.onView,
      onLost: () => events.onLost(true),
      onRestored: () => events.onLost(false),
    });
  }

  set tool(tool: Tool) {
    this.#tool = tool;
    this.map.isDraggable = tool === "move";
    this.canvas.classList.toggle("fd-drawing", tool !== "move");
    this.#endPath();
  }

  zoom(factor: number): void {
    this.#moved();
    this.map.zoom(factor);
  }

  fit(): void {
    this.isMoved = false;
    this.map.fit();
  }

  #pan(by: Point): void {
    this.#moved();
    this.map.pan(by);
  }

  #moved(): void {
    this.isMoved = true;
  }

  get middle(): Point {
    return [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2];
  }

  /** A rectangle about the cross-hair, half as wide and high as what is seen. */
  get middleRectangle(): readonly Point[] {
    const [x, y] = this.middle;
    return rectangle([x / 2, y / 2], [1.5 * x, 1.5 * y]);
  }

  #pixelOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  #onMove(event: PointerEvent): void {
    const pixel = this.#pixelOf(event);
    if (this.#path === undefined) {
      // A finger that moves the map is not asking what lies below it.
      if (event.buttons === 0) this.#events.onPoint(pixel, false);
      else this.#moved();
      return;
    }
    if (this.#tool === "rectangle") this.#path = [...rectangle(this.#path[0], pixel)];
    else this.#path.push(pixel);
    this.overlay.showPath(this.#path);
  }

  #onDown(event: PointerEvent): void {
    if (this.#tool === "move" || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#path = [this.#pixelOf(event)];
    this.#events.onPoint(undefined, false);
  }

  #onUp(event: PointerEvent): void {
    const path = this.#path;
    this.#path = undefined;
    if (path === undefined) {
      // A tap asks.
      if (event.pointerType !== "mouse") this.#events.onPoint(this.#pixelOf(event), false);
      return;
    }
    const [x, y] = path[0];
    const isPath = path.some(([px, py]) => Math.hypot(px - x, py - y) >= LEAST_PATH);
    if (isPath) this.#events.onPath(path);
    else this.overlay.showPath(undefined);
  }

  #endPath(): void {
    if (this.#path !== undefined) this.overlay.showPath(undefined);
    this.#path = undefined;
  }

  #tellCross(): void {
    if (this.canvas.matches(":focus-visible")) this.#events.onPoint(this.middle, true);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [width, height] = event.shiftKey ? [1, 1] : this.middle.map((half) => 2 * half * STEP);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#pan([width, 0]),
      ArrowRight: () => this.#pan([-width, 0]),
      ArrowUp: () => this.#pan([0, height]),
      ArrowDown: () => this.#pan([0, -height]),
      "+": () => this.zoom(NEARER),
      "=": () => this.zoom(NEARER),
      "-": () => this.zoom(1 / NEARER),
      "0": () => this.fit(),
      "[": () => this.#events.onStep(-1),
      "]": () => this.#events.onStep(1),
      Escape: () => this.#events.onEscape(),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
    this.#tellCross();
  }
}

function rectangle([x0, y0]: Point, [x1, y1]: Point): readonly Point[] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}
