import type { Result } from "../read/result.js";
import { SelectionPanel } from "./selection-panel.js";
import type { Showing } from "./showing.js";
import type { Point, Stage } from "./stage.js";

/** The selection: its outline on the map, and the panel that tells of its spots. */
export class Selecting {
  readonly #panel: SelectionPanel;
  /** Its outline, in units of the positions. */
  #path: readonly Point[] | undefined;

  constructor(
    readonly result: Result,
    readonly stage: Stage,
    readonly showing: Showing,
    onSay: (text: string) => void,
  ) {
    const onClear = () => {
      this.clear();
      stage.canvas.focus();
    };
    this.#panel = new SelectionPanel(result, { onClear, onSay });
  }

  get element(): HTMLElement {
    return this.#panel.element;
  }

  /** Selects what lies within an outline, in CSS pixels of the map. */
  select(outline: readonly Point[]): void {
    const { map } = this.stage;
    const { drawn } = this.showing;
    if (drawn === undefined) return;
    this.#path = outline.map((pixel) => map.toPlace(pixel));
    this.showPath();
    const sites = map.select(outline);
    void this.#panel.show((signal) => this.result.spotsOn(drawn.layer, sites, signal));
  }

  /** Draws the outline where it lies in the present view. */
  showPath(): void {
    const { map, overlay } = this.stage;
    overlay.showPath(this.#path?.map((place) => map.toPixel(place)));
  }

  clear(): void {
    this.#path = undefined;
    this.showPath();
    this.#panel.clear();
  }
}
