import { OptionError, ShapeError } from "@flashdeconv/core";
import type { Backdrop, Field, Ground, View } from "../contracts.js";
import { clampView, fitView, type Point, panBy, pixelAt, placeAt, type Size, zoomAbout } from "./camera.js";
import { noWebGl } from "./drawing-error.js";
import { type Extent, extentOf } from "./extent.js";
import { FramePace } from "./frame-pace.js";
import { followGestures } from "./gestures.js";
import type { MapDrawing, MapOptions, Picked, PictureOptions } from "./map-drawing.js";
import { palettesOf, planesOf } from "./palettes.js";
import { pickAt, selectWithin } from "./picking.js";
import { takePicture } from "./picture.js";
import { Scene } from "./scene.js";
import { SpotGrid } from "./spot-grid.js";

/** Where the browser does not keep up, a map that moves is drawn with this part of its pixels a side. */
const COARSE = 0.5;
/** Milliseconds after the last movement. */
const STILL = 120;

/**
 * A map on a canvas whose size the page's style sheet gives. Throws DrawingError where the browser has no WebGL2.
 */
export function createMap(canvas: HTMLCanvasElement, options: MapOptions = {}): MapDrawing {
  return new CanvasMap(canvas, options);
}

class CanvasMap implements MapDrawing {
  readonly #canvas: HTMLCanvasElement;
  readonly #options: MapOptions;
  readonly #gl: WebGL2RenderingContext;
  readonly #ended = new AbortController();
  /** Undefined while the context is lost. */
  #scene: Scene | undefined;
  #ground: Ground | undefined;
  #grid: SpotGrid | undefined;
  #extent: Extent = { left: 0, top: 0, right: 1, bottom: 1, pitch: 1 };
  #field: Field | undefined;
  #backdrop: Backdrop | undefined;
  #opacity = 1;
  #view: View = { x: 0.5, y: 0.5, unitsPerPixel: 1 };
  #isFitted = true;
  #frame = 0;
  readonly #pace = new FramePace();
  #isMoving = false;
  #isCoarse = false;
  #still: ReturnType<typeof setTimeout> | undefined;
  #isMarked = false;
  isDraggable = true;

  constructor(canvas: HTMLCanvasElement, options: MapOptions) {
    this.#canvas = canvas;
    this.#options = options;
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false });
    if (gl === null) throw noWebGl();
    this.#gl = gl;
    this.#scene = new Scene(gl);
    const { signal } = this.#ended;
    canvas.addEventListener("webglcontextlost", (event) => this.#lose(event), { signal });
    canvas.addEventListener("webglcontextrestored", () => this.#restore(), { signal });
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(canvas);
    signal.addEventListener("abort", () => observer.disconnect());
    followGestures(canvas, this, signal);
    this.resize();
  }

  setGround(ground: Ground): void {
    const grid = ground.kind === "points" ? new SpotGrid(ground.places) : undefined;
    this.#scene?.setGround(ground, grid);
    this.#ground = ground;
    this.#grid = grid;
    this.#field = undefined;
    this.#extent = extentOf(ground);
    this.#changeView(this.#view);
    this.#schedule();
  }

  setField(field: Field): void {
    const count = this.#count();
    const planes = planesOf(field);
    for (const { length } of planes) {
      if (length === count) continue;
      throw new ShapeError({
        subject: "bytes of a map",
        found: `${length}`,
        expected: `${count}, one for each texel or spot`,
        remedy: "Set the ground that the field is of first.",
      });
    }
    const palettes = palettesOf(field);
    this.#scene?.setBytes(planes);
    this.#scene?.setPalettes(palettes);
    this.#field = field;
    this.#schedule();
  }

  updateBytes(): void {
    if (this.#field === undefined) return;
    this.#scene?.forgetBytes();
    this.#scene?.setBytes(planesOf(this.#field));
    this.#schedule();
  }

  setBackdrop(backdrop: Backdrop | undefined): void {
    this.#scene?.setBackdrop(backdrop);
    this.#backdrop = backdrop;
    this.#schedule();
  }

  setOpacity(opacity: number): void {
    if (!(opacity >= 0 && opacity <= 1)) {
      const rule = "a number of 0 to 1";
      throw new OptionError({ option: "opacity", value: opacity, rule, isRequired: true });
    }
    this.#opacity = opacity;
    this.#schedule();
  }

  get view(): View {
    return this.#view;
  }

  setView(view: View): void {
    this.#isFitted = false;
    this.#changeView(view);
  }

  fit(): void {
    this.#isFitted = true;
    this.#changeView(this.#view);
  }

  zoom(factor: number, pixel?: Point): void {
    const size = this.#size();
    // What is too near or too far already must not move aside.
    const wanted = zoomAbout(this.#view, size, [0, 0], factor);
    const possible = clampView(wanted, this.#extent, size).unitsPerPixel;
    const middle: Point = [size.width / 2, size.height / 2];
    this.setView(zoomAbout(this.#view, size, pixel ?? middle, this.#view.unitsPerPixel / possible));
  }

  pan(by: Point): void {
    this.setView(panBy(this.#view, by));
  }

  resize(): void {
    this.#isCoarse = false;
    const isSame = !this.#shape(1);
    this.#changeView(this.#view);
    if (isSame) return;
    // A canvas of another size is empty, and one must not see it so.
    this.#schedule();
    this.draw();
  }

  draw(): void {
    if (this.#isCoarse) this.resize();
    if (this.#frame === 0) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#drawNow();
  }

  pick(pixel: Point): Picked | undefined {
    if (this.#ground === undefined) return undefined;
    const place = this.toPlace(pixel);
    return pickAt({ ground: this.#ground, grid: this.#grid, isThere: this.#isThere() }, place, {
      pitch: this.#extent.pitch,
      unitsPerPixel: this.#view.unitsPerPixel,
    });
  }

  toPlace(pixel: Point): Point {
    return placeAt(this.#view, this.#size(), pixel);
  }

  toPixel(place: Point): Point {
    return pixelAt(this.#view, this.#size(), place);
  }

  select(path: readonly Point[]): Uint32Array {
    if (this.#ground === undefined) return new Uint32Array(0);
    const places = path.map((pixel) => this.toPlace(pixel));
    return selectWithin({ ground: this.#ground, grid: this.#grid, isThere: this.#isThere() }, places);
  }

  async picture(options: PictureOptions = {}): Promise<Blob> {
    if (this.#isCoarse) this.resize();
    return takePicture(
      this.#canvas,
      this.#scene,
      { ...options, size: this.#size(), view: this.#view },
      () => {
        this.#drawNow();
      },
    );
  }

  stop(): void {
    this.#ended.abort();
    clearTimeout(this.#still);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#scene = undefined;
    // Gives back what lies with the graphics card now, not when the canvas is collected.
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #size(): Size {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
  }

  /** Gives the canvas its pixels, or a part of them a side; says whether that changed it. */
  #shape(part: number): boolean {
    const size = this.#size();
    const ratio = part * (globalThis.devicePixelRatio || 1);
    const width = Math.max(1, Math.round(size.width * ratio));
    const height = Math.max(1, Math.round(size.height * ratio));
    if (width === this.#canvas.width && height === this.#canvas.height) return false;
    [this.#canvas.width, this.#canvas.height] = [width, height];
    return true;
  }

  #count(): number {
    if (this.#ground === undefined) return 0;
    return this.#ground.kind === "points"
      ? this.#ground.places.length / 2
      : this.#ground.frame.width * this.#ground.frame.height;
  }

  /** Whether a spot lies at a texel, or is drawn. */
  #isThere(): (index: number) => boolean {
    const bytes = this.#field === undefined ? undefined : planesOf(this.#field)[0];
    return bytes === undefined ? () => true : (index) => bytes[index] !== 0;
  }

  #changeView(wanted: View): void {
    const size = this.#size();
    const view = this.#isFitted ? fitView(this.#extent, size) : clampView(wanted, this.#extent, size);
    const { x, y, unitsPerPixel } = this.#view;
    if (view.x === x && view.y === y && view.unitsPerPixel === unitsPerPixel) return;
    this.#view = view;
    this.#isMoving = true;
    this.#schedule();
    if (this.#ground !== undefined) this.#options.onView?.(view);
  }

  #schedule(): void {
    if (this.#frame !== 0 || this.#scene === undefined) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      if (this.#isMoving) this.#coarsen(now);
      this.#isMoving = false;
      this.#drawNow();
    });
  }

  /** Fewer pixels for a frame of a movement that the browser does not keep up with, until it is still. */
  #coarsen(now: number): void {
    const isSlow = this.#pace.isSlow(now);
    if (!this.#isCoarse && !isSlow) return;
    this.#isCoarse = true;
    this.#shape(COARSE);
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.draw(), STILL);
  }

  #drawNow(): void {
    const [width, height] = [this.#gl.drawingBufferWidth, this.#gl.drawingBufferHeight];
    // Pixels of the canvas, not of CSS; what the canvas was shaped to for a picture included.
    const unitsPerPixel = (this.#view.unitsPerPixel * Math.max(1, this.#size().width)) / width;
    this.#scene?.draw({ ...this.#view, unitsPerPixel, width, height }, this.#opacity);
    if (this.#field === undefined || this.#isMarked) return;
    // Whoever measures a page waits for it.
    performance.mark("flashdeconv: first picture");
    this.#isMarked = true;
  }

  #lose(event: Event): void {
    // Without this it is never restored.
    event.preventDefault();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#scene = undefined;
    this.#options.onLost?.();
  }

  #restore(): void {
    const scene = new Scene(this.#gl);
    if (this.#ground !== undefined) scene.setGround(this.#ground, this.#grid);
    if (this.#field !== undefined) {
      scene.setBytes(planesOf(this.#field));
      scene.setPalettes(palettesOf(this.#field));
    }
    scene.setBackdrop(this.#backdrop);
    this.#scene = scene;
    this.#schedule();
    this.#options.onRestored?.();
  }
}
