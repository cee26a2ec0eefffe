import type { Place, Runner, RunPicture } from "../run/protocol.js";

/** What the page is built of, so that it can be tried with others. */
export interface Parts {
  /** A runner of its own; another one after it died. */
  startRunner(): Runner;
  /** Opens a result to be looked at. Rejects where there is none. */
  openResult(source: ResultSource, signal: AbortSignal): Promise<OpenedResult>;
  /** Draws a run in an element while it goes on. */
  drawRun(host: HTMLElement): RunMap;
  readonly example: Example;
}

/** Where a result lies. */
export interface ResultSource {
  readonly place: Place;
  readonly name: string;
  /** Where the store holds several. */
  readonly key?: string;
}

export interface OpenedResult {
  /** Shows it in an element until it is closed. Throws where the browser cannot. */
  show(host: HTMLElement): Shown;
}

/** Something on screen. */
export interface Shown {
  close(): void;
}

export interface RunMap extends Shown {
  show(picture: RunPicture): void;
}

/** A section and its reference that lie beside the page. */
export interface Example {
  readonly section: string;
  readonly reference: string;
}

/** A step of the page: a part of it with a heading. */
export interface Step {
  readonly element: HTMLElement;
  /** Puts the focus on its heading, as it is what to look at next. */
  focus(): void | Promise<void>;
}
