import type { Backdrop, Field, Ground, View } from "../contracts.js";
import type { Point } from "./camera.js";

/** A texel or spot under a pixel. */
export interface Picked {
  /** Of the texel, column + row x width, or of the spot: where its byte lies in a field. */
  readonly index: number;
  /** Its middle, in units of the positions. */
  readonly x: number;
  readonly y: number;
}

export interface PictureOptions {
  /** Pixels; those of the canvas by default. The height goes by the canvas's shape. */
  readonly width?: number;
  /** With these known a scale bar is drawn. */
  readonly micrometersPerUnit?: number;
}

export interface MapOptions {
  /** Called after each change of the view, by whoever it was made. */
  readonly onView?: (view: View) => void;
  /** The graphics card is lost: nothing is drawn until it is restored, which browsers do by themselves. */
  readonly onLost?: () => void;
  readonly onRestored?: () => void;
}

/**
 * A map on a canvas. Each change is drawn in the next frame, several together; without one nothing is drawn. Where frames come slowly, those
 * of movements have fewer pixels. Pixels are CSS pixels from the canvas's upper left.
 *
 * Texels are drawn as they are, each pixel the texel in its middle: give the level of a pyramid whose texels are about a pixel wide. Points are
 * best from about 4 pixels a spot on: those in view alone are drawn.
 */
export interface MapDrawing {
  /** Forgets the field. The view stays, or shows all where none was chosen yet. Throws DrawingError where it is larger than can be drawn. */
  setGround(ground: Ground): void;
  /**
   * Bytes are kept by reference and sent to the graphics card once: colours, limits and classes shown change without.
   * Throws ShapeError unless there is a byte for each texel or spot, OptionError for limits or colours that are none.
   */
  setField(field: Field): void;
  /** Bytes of the field were changed in place: sends them again. */
  updateBytes(): void;
  /** The image is kept: leave it open. Throws DrawingError where it is larger than can be drawn. */
  setBackdrop(backdrop: Backdrop | undefined): void;
  /** Of spots, 0 to 1. */
  setOpacity(opacity: number): void;
  /** As near to it as is possible without losing the section. */
  setView(view: View): void;
  readonly view: View;
  /** Shows all, also when the canvas changes its size, until another view is chosen. */
  fit(): void;
  /** `factor` times nearer about a pixel, the canvas's middle by default. */
  zoom(factor: number, pixel?: Point): void;
  /** What is seen moves by so many pixels. */
  pan(by: Point): void;
  /** Whether drags and double clicks move the map, true at first; else they are left to others. Wheel and pinch always zoom. */
  isDraggable: boolean;
  /** Takes over the size that the page gives the canvas; called when that changes. */
  resize(): void;
  /** Draws at once what waits for the next frame; nothing where nothing changed. */
  draw(): void;
  /** What lies under a pixel; undefined where no spot does. */
  pick(pixel: Point): Picked | undefined;
  /** The place at a pixel, in units of the positions, and back. */
  toPlace(pixel: Point): Point;
  toPixel(place: Point): Point;
  /** Texels with spots, or spots, whose middles lie inside of a closed path of pixels (a rectangle's four corners, a lasso): in rising order. */
  select(path: readonly Point[]): Uint32Array;
  /** PNG of what is seen, with what shows behind the canvas. Rejects with DrawingError. */
  picture(options?: PictureOptions): Promise<Blob>;
  /** Ends all it does; the canvas may be removed then. */
  stop(): void;
}
