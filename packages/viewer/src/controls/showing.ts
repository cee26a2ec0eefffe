import type { MapDrawing } from "../draw/index.js";
import type { Layer, Plane } from "../read/fields.js";
import type { Result } from "../read/result.js";
import type { What } from "../read/what.js";
import type { Choice } from "./choices.js";
import { BLEND_COLORS, classColors, fieldOf } from "./painting.js";
import type { Shown } from "./state.js";

/** What is drawn now. */
export interface Drawn {
  readonly layer: Layer;
  readonly planes: readonly Plane[];
  readonly choice: Choice;
}

/** What of a result has to be read for a map. */
export function whatsOf({ types }: Shown, choice: Choice): What[] {
  if (choice.types === "some") return types.map((type) => choice.what(type));
  return [choice.what(types[0] ?? 0)];
}

/** Colours of what a map tells apart. */
export function colorsOf(
  result: Result,
  choice: Choice,
  classes: readonly string[] | undefined,
): readonly string[] {
  if (choice.id === "largest") return result.colors;
  return classColors(classes ?? []);
}

export const blendColor = (place: number): string => BLEND_COLORS[place] ?? BLEND_COLORS[0];

/** Reads what is to be shown and draws it; what was asked for before is given up. */
export class Showing {
  readonly #result: Result;
  readonly #map: MapDrawing;
  #work = new AbortController();
  #drawn: Drawn | undefined;
  /** The layer that is being read. */
  #wanted: string | undefined;

  constructor(result: Result, map: MapDrawing) {
    this.#result = result;
    this.#map = map;
  }

  get drawn(): Drawn | undefined {
    return this.#drawn;
  }

  /** Draws it; the coarsest picture first where nothing was drawn yet. Rejects where reading fails, or with an AbortError. */
  async show(shown: Shown, choice: Choice): Promise<Drawn> {
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    const whats = whatsOf(shown, choice);
    const mostWidth = this.#drawn === undefined ? undefined : this.#texelWidth();
    const layer = await this.#result.layer(whats[0], { mostWidth, signal });
    this.#wanted = layer.id;
    const planes = await Promise.all(whats.map((what) => this.#result.plane(layer, what, signal)));
    signal.throwIfAborted();
    return this.#draw({ layer, planes, choice }, shown);
  }

  /** A finer or coarser picture where another fits the view better; false where this is the one. */
  async refine(shown: Shown): Promise<boolean> {
    const before = this.#drawn;
    if (before === undefined) return false;
    const [what] = whatsOf(shown, before.choice);
    const layer = await this.#result.layer(what, {
      mostWidth: this.#texelWidth(),
      signal: this.#work.signal,
    });
    if (layer.id === before.layer.id || layer.id === this.#wanted) return false;
    await this.show(shown, before.choice);
    return true;
  }

  /** Draws what is held in other colours. */
  repaint(shown: Shown): void {
    if (this.#drawn) this.#draw(this.#drawn, shown);
  }

  stop(): void {
    this.#work.abort();
  }

  #texelWidth(): number {
    return this.#map.view.unitsPerPixel / (globalThis.devicePixelRatio || 1);
  }

  #draw(drawn: Drawn, shown: Shown): Drawn {
    const { layer, planes, choice } = drawn;
    if (this.#drawn?.layer.id !== layer.id) this.#map.setGround(layer.ground);
    this.#map.setField(fieldOf(planes, shown, colorsOf(this.#result, choice, planes[0].classes)));
    this.#drawn = drawn;
    return drawn;
  }
}
