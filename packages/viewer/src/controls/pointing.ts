import type { Picked } from "../draw/index.js";
import type { Result } from "../read/result.js";
import { LARGEST, ofType } from "../read/what.js";
import { sayTold, showTold, type Told, tellHeld, tellSpot } from "./composition.js";
import type { Drawn } from "./showing.js";
import type { Point, Stage } from "./stage.js";
import { failureText, isAbort } from "./words.js";

/** Milliseconds of rest after which what is stored of a spot is read. */
const REST = 150;
/** Planes of all types are read for a composition where these have at most so many texels together. */
const MOST_TEXELS = 2 ** 26;

/** Tells what lies under the pointer or the cross-hair: at once what is held, after a rest what is stored. */
export class Pointing {
  readonly #result: Result;
  readonly #stage: Stage;
  readonly #say: (text: string) => void;
  #work = new AbortController();
  #timer = 0;
  #last: string | undefined;

  constructor(result: Result, stage: Stage, say: (text: string) => void) {
    this.#result = result;
    this.#stage = stage;
    this.#say = say;
  }

  /** @param isCross whether it is the cross-hair: then it is said too, for those who hear */
  at(pixel: Point | undefined, isCross: boolean, drawn: Drawn | undefined): void {
    const picked = pixel && this.#stage.map.pick(pixel);
    const place = picked && `${drawn?.layer.id} ${picked.index}`;
    if (pixel !== undefined && picked && place === this.#last && !isCross) return;
    this.#end();
    this.#last = place;
    if (pixel === undefined || picked === undefined || drawn === undefined) {
      if (pixel && isCross && drawn) this.#rest(() => this.#say("No spot here."));
      return;
    }
    const held = tellHeld(this.#result, drawn.layer, picked.index);
    if (held) this.#show(held, pixel);
    this.#rest(async () => {
      const told = await this.#read(picked, drawn);
      if (told === undefined) return;
      this.#show(told, pixel);
      if (isCross) this.#say(sayTold(told, this.#result.layout.typeNames));
    });
  }

  #rest(work: () => Promise<void> | void): void {
    const { signal } = this.#work;
    this.#timer = window.setTimeout(async () => {
      try {
        await work();
      } catch (error) {
        if (!isAbort(error) && !signal.aborted) this.#say(failureText(error));
      }
    }, REST);
  }

  async #read({ index, x, y }: Picked, { layer }: Drawn): Promise<Told | undefined> {
    const { signal } = this.#work;
    // Where spots lie is not known before somebody asks; without it the maps tell.
    await this.#result.placed(signal).catch((error) => {
      if (isAbort(error)) throw error;
    });
    const spot = this.#result.spotAt(layer, index, [x, y]);
    if (spot !== undefined) {
      const told = tellSpot(await this.#result.spot(spot, signal));
      signal.throwIfAborted();
      return told;
    }
    const { typeNames } = this.#result.layout;
    const { ground } = layer;
    const texels = ground.kind === "texels" ? ground.frame.width * ground.frame.height : 0;
    if (texels * typeNames.length <= MOST_TEXELS && ground.kind === "texels") {
      const whats = [LARGEST, ...typeNames.map((_, type) => ofType(type))];
      await Promise.all(whats.map((what) => this.#result.plane(layer, what, signal)));
      signal.throwIfAborted();
    }
    const held = tellHeld(this.#result, layer, index);
    return held && { ...held, facts: [...held.facts, "mean of the spots here"] };
  }

  #show(told: Told, pixel: Point): void {
    this.#stage.overlay.showTip(showTold(told, this.#result.layout, this.#result.colors), pixel);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#work.abort();
    this.#work = new AbortController();
    this.#stage.overlay.showTip(undefined);
    this.#last = undefined;
  }

  stop(): void {
    this.#end();
  }
}
