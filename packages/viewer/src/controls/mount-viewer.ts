import { counted } from "@flashdeconv/core/internal";
import type { View } from "../contracts.js";
import type { Result } from "../read/result.js";
import { Address } from "./address.js";
import { AmountScale } from "./amount-scale.js";
import { type Choice, choicesOf } from "./choices.js";
import { download } from "./csv.js";
import { h, named } from "./h.js";
import { layImage } from "./lay-image.js";
import { Legend } from "./legend.js";
import { legendOf, pick, step } from "./legend-entries.js";
import { MapControls } from "./map-controls.js";
import { Message } from "./message.js";
import { usualLimits } from "./painting.js";
import { Pointing } from "./pointing.js";
import { printPicture } from "./print-picture.js";
import { Selecting } from "./selecting.js";
import { Showing } from "./showing.js";
import { Stage } from "./stage.js";
import { BEGINNING, type Shown } from "./state.js";
import { Told } from "./told.js";
import { toolbar } from "./toolbar.js";
import { isAbort } from "./words.js";

export interface ViewerOptions {
  /** What the result is called: the heading. Its key by default. */
  readonly name?: string;
  /** Of the heading in the page's outline, 1 by default. */
  readonly headingLevel?: 1 | 2 | 3;
  /** Whether the address keeps what is looked at, and restores it. True by default. */
  readonly keepsHash?: boolean;
  /** Micrometres per unit of the positions, where the result does not say. */
  readonly micrometersPerUnit?: number;
  /** Another result of the store is asked for. Without it there is no choice. */
  readonly onKey?: (key: string) => void;
}

export interface Viewer {
  /** Settles when the first picture is drawn, or could not be: then the page says why. */
  readonly isShown: Promise<void>;
  /** Removes it from the page and ends all it does. */
  stop(): void;
}

/** Milliseconds without a change after which the view is kept and a finer picture looked for. */
const REST = 120;

/**
 * Shows a result in an element of the page, which needs the package's style sheet. Names and texts of the result are never read as markup.
 *
 * @throws DrawingError where the browser has no WebGL2
 */
export function mountViewer(element: HTMLElement, result: Result, options: ViewerOptions = {}): Viewer {
  return new PageViewer(element, result, options);
}

class PageViewer implements Viewer {
  readonly isShown: Promise<void>;
  readonly #result: Result;
  readonly #options: ViewerOptions;
  readonly #choices: readonly Choice[];
  readonly #root: HTMLElement;
  readonly #told = new Told();
  readonly #live = h("div", { class: "fd-hidden", role: "status", "aria-live": "polite" });
  readonly #message = new Message();
  readonly #legend = new Legend();
  readonly #scale: AmountScale;
  readonly #controls: MapControls;
  readonly #stage: Stage;
  readonly #showing: Showing;
  readonly #pointing: Pointing;
  readonly #selecting: Selecting;
  readonly #address: Address;
  readonly #ended = new AbortController();
  #shown: Shown = BEGINNING;
  #isByName = false;
  #timer = 0;

  constructor(element: HTMLElement, result: Result, options: ViewerOptions) {
    const { layout, keys, key } = result;
    this.#result = result;
    this.#options = options;
    this.#choices = choicesOf(layout);
    this.#stage = new Stage(`Map of ${options.name ?? key}`, {
      onView: () => this.#onView(),
      onPoint: (pixel, isCross) => this.#pointing.at(pixel, isCross, this.#showing.drawn),
      onPath: (path) => this.#selecting.select(path),
      onStep: (by) => this.#change(step(this.#shown, by, this.#context())),
      onEscape: () => this.#reset(),
      onLost: (isLost) => this.#onLost(isLost),
    });
    const { map } = this.#stage;
    this.#showing = new Showing(result, map);
    this.#pointing = new Pointing(result, this.#stage, (text) => this.#say(text));
    this.#selecting = new Selecting(result, this.#stage, this.#showing, (text) => this.#say(text));
    this.#address = new Address(options.keepsHash !== false, this.#choices, layout.typeNames);
    this.#scale = new AmountScale({
      onLimits: (limits) => this.#change({ ...this.#shown, limits }),
      onRoot: (isRoot) => this.#change({ ...this.#shown, isRoot }),
    });
    this.#controls = new MapControls(
      { choices: this.#choices, typeNames: layout.typeNames, key, keys: options.onKey ? keys : [] },
      {
        onMap: (id) => this.#chooseMap(id),
        onType: (type) => this.#change({ ...this.#shown, types: [type], limits: undefined }),
        onOpacity: (opacity) => this.#change({ ...this.#shown, opacity }),
        onKey: (one) => options.onKey?.(one),
      },
    );
    this.#root = h(
      "div",
      { class: "fd-viewer" },
      this.#heading(),
      this.#told.banner,
      toolbar({
        onZoom: (factor) => this.#stage.zoom(factor),
        onWhole: () => this.#stage.fit(),
        onTool: (tool) => {
          this.#stage.tool = tool;
        },
        onMiddle: () => this.#selecting.select(this.#stage.middleRectangle),
        onPicture: () => void this.#save(),
      }),
      h(
        "div",
        { class: "fd-body" },
        h("div", { class: "fd-main" }, this.#stage.element, this.#told.caption, this.#told.imageNote),
        h(
          "div",
          { class: "fd-side" },
          this.#controls.element,
          this.#scale.element,
          this.#selecting.element,
          this.#legend.element,
        ),
      ),
      this.#live,
    );
    this.#stage.element.append(this.#message.element);
    element.append(this.#root);
    map.resize();
    const { signal } = this.#ended;
    window.addEventListener("hashchange", () => this.#restore(), { signal });
    window.addEventListener("beforeprint", () => printPicture(this.#stage, this.#shown.opacity), { signal });
    const { shown, view } = this.#address.read();
    this.#shown = shown;
    this.#setView(view);
    this.isShown = this.#begin(view);
  }

  stop(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#showing.stop();
    this.#pointing.stop();
    this.#selecting.clear();
    this.#stage.map.stop();
    this.#root.remove();
  }

  #heading(): HTMLElement {
    const { layout, key } = this.#result;
    const facts = `${counted(layout.spotCount, "spot")}, ${counted(layout.typeNames.length, "cell type")}`;
    return h(
      "header",
      { class: "fd-head" },
      h(`h${this.#options.headingLevel ?? 1}`, {}, named(this.#options.name ?? key)),
      h("p", {}, facts),
    );
  }

  /** The first picture, then a finer one, what is said of it, and the tissue beneath. */
  async #begin(view: View | undefined): Promise<void> {
    await this.#show();
    // The section was not known before; the view may have been held within another.
    this.#setView(view);
    await this.#refine();
    await this.#readFacts();
    const told = await layImage(this.#result, this.#stage.map, this.#ended.signal);
    if (told === "laid") {
      this.#stage.map.setOpacity(this.#shown.opacity);
      this.#controls.showOpacity();
    } else if (told !== undefined) this.#told.showImageNote(told);
  }

  async #readFacts(): Promise<void> {
    const onRead = () => {
      this.#overlayBar();
      this.#showLegend();
    };
    try {
      await this.#told.read(this.#result, onRead, this.#ended.signal);
    } catch (error) {
      if (isAbort(error)) return;
      this.#message.failed(error, () => {
        this.#message.clear();
        void this.#readFacts();
      });
    }
  }

  get #choice(): Choice {
    return this.#choices.find(({ id }) => id === this.#shown.map) ?? this.#choices[0];
  }

  #context() {
    const { choice, planes } = this.#showing.drawn ?? { choice: this.#choice, planes: [] };
    const { typeNames } = this.#result.layout;
    return { result: this.#result, choice, planes, shares: this.#told.shares, typeCount: typeNames.length };
  }

  #chooseMap(id: string): void {
    const choice = this.#choices.find((one) => one.id === id) ?? this.#choices[0];
    const order = legendOf({ ...this.#context(), choice: this.#choices[0] }, this.#shown).order;
    const { only, types } = this.#shown;
    const first = types[0] ?? (this.#shown.map === "largest" ? only : undefined) ?? order[0] ?? 0;
    const others = order.filter((type) => type !== first);
    const wanted =
      choice.types === "some" ? [first, ...others].slice(0, 2) : choice.types === "one" ? [first] : [];
    this.#change({ ...this.#shown, map: id, types: wanted, only: undefined, limits: undefined });
  }

  /** Takes over what is to be shown; reads only where something else is drawn than before. */
  #change(shown: Shown): void {
    const before = this.#shown;
    this.#shown = shown;
    this.#rest();
    this.#stage.map.setOpacity(shown.opacity);
    const isSame = shown.map === before.map && shown.types.join() === before.types.join();
    if (isSame && this.#showing.drawn) {
      this.#showing.repaint(shown);
      this.#showControls();
    } else void this.#show();
  }

  async #show(): Promise<void> {
    this.#message.reading();
    try {
      await this.#showing.show(this.#shown, this.#choice);
      this.#message.clear();
      this.#showControls();
    } catch (error) {
      if (!isAbort(error)) this.#message.failed(error, () => void this.#show());
    }
  }

  async #refine(): Promise<void> {
    try {
      if (await this.#showing.refine(this.#shown)) this.#showControls();
    } catch (error) {
      if (!isAbort(error)) this.#message.failed(error, () => void this.#show());
    }
  }

  #showControls(): void {
    const { drawn } = this.#showing;
    if (drawn === undefined) return;
    const { planes, choice } = drawn;
    const [plane] = planes;
    this.#controls.show(choice, this.#shown.types[0], this.#shown.opacity);
    const isAmounts = planes.length === 1 && plane.scale !== undefined;
    this.#scale.element.hidden = !isAmounts;
    if (plane.scale !== undefined && isAmounts) {
      const { limits, isRoot } = this.#shown;
      const { isShare } = choice;
      const own = limits ?? usualLimits(plane, plane.scale);
      const { least, most } = plane.scale;
      this.#scale.show({ limits: own, range: [least, most], isShare, isRoot, isUsual: limits === undefined });
    }
    this.#showLegend();
    this.#overlayBar();
  }

  #showLegend(): void {
    this.#told.showCaption(this.#choice, this.#shown.only !== undefined);
    if (this.#showing.drawn === undefined) return;
    const context = this.#context();
    const { entries, label } = legendOf(context, this.#shown);
    this.#legend.show(entries, {
      label,
      isByName: this.#isByName,
      onPick: (place) => this.#change(pick(this.#shown, place, context)),
      onOrder: (isByName) => {
        this.#isByName = isByName;
        this.#showLegend();
      },
    });
  }

  get #micrometers(): number | undefined {
    return this.#told.facts?.micrometersPerUnit ?? this.#options.micrometersPerUnit;
  }

  #overlayBar(): void {
    const { map, canvas, overlay } = this.#stage;
    overlay.showBar(map, canvas.clientWidth, this.#micrometers);
  }

  #onView(): void {
    this.#overlayBar();
    this.#selecting.showPath();
    this.#rest();
  }

  /** Browsers count how often an address changes: not at every step of a slider. */
  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#keepAddress();
      void this.#refine();
    }, REST);
  }

  #onLost(isLost: boolean): void {
    if (isLost)
      this.#message.say("The graphics card was lost; the map comes back when the browser has it again.");
    else this.#message.clear();
  }

  /** All types again, and no selection. */
  #reset(): void {
    this.#selecting.clear();
    if (this.#shown.map !== BEGINNING.map || this.#shown.only !== undefined) {
      this.#change({ ...BEGINNING, opacity: this.#shown.opacity });
    }
    this.#say("All types are shown.");
  }

  #say(text: string): void {
    this.#live.textContent = text;
  }

  async #save(): Promise<void> {
    try {
      const picture = await this.#stage.map.picture({ micrometersPerUnit: this.#micrometers });
      download(`${this.#result.key}-${this.#choice.id.replace(/\W+/g, "-")}.png`, picture);
      this.#say("Picture saved.");
    } catch (error) {
      this.#message.failed(error, () => void this.#save());
    }
  }

  #restore(): void {
    const { shown, view } = this.#address.read();
    this.#shown = shown;
    this.#setView(view);
    this.#stage.map.setOpacity(this.#shown.opacity);
    void this.#show();
  }

  #setView(view: View | undefined): void {
    if (view === undefined) return;
    this.#stage.isMoved = true;
    this.#stage.map.setView(view);
  }

  #keepAddress(): void {
    if (this.#showing.drawn === undefined) return;
    const { isMoved, map } = this.#stage;
    this.#address.keep({ shown: this.#shown, ...(isMoved && { view: map.view }) });
  }
}
