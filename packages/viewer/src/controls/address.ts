import type { View } from "../contracts.js";
import type { Choice } from "./choices.js";
import { BEGINNING, fromHash, type Shown, toHash } from "./state.js";

export interface Kept {
  readonly shown: Shown;
  readonly view?: View;
}

/** What is looked at, in the hash of the page's address. Where the page keeps none it is empty and stays as it is. */
export class Address {
  constructor(
    readonly isKept: boolean,
    readonly choices: readonly Choice[],
    readonly typeNames: readonly string[],
  ) {}

  /** A map of a type that the address does not name is of the first. */
  read(): Kept {
    if (!this.isKept) return { shown: BEGINNING };
    const { shown, view } = fromHash(location.hash, this.choices, this.typeNames);
    const choice = this.choices.find(({ id }) => id === shown.map);
    const needed = choice?.types === "one" ? 1 : choice?.types === "some" ? 2 : 0;
    if (shown.types.length >= needed) return { shown, view };
    return { shown: { ...shown, types: [...this.typeNames.keys()].slice(0, needed) }, view };
  }

  keep({ shown, view }: Kept): void {
    if (!this.isKept) return;
    const hash = toHash(shown, view, this.typeNames);
    const { pathname, search } = location;
    history.replaceState(history.state, "", hash === "" ? `${pathname}${search}` : `#${hash}`);
  }
}
