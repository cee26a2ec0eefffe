import { StoreError } from "@flashdeconv/core";
import { redactUrl } from "./remote/redact-url.js";
import type { OpenStore } from "./store.js";
import type { StoreAccess } from "./store-access.js";

/** Where a store lies, as plain data that a thread can be sent: who opens it there, and what that one has to know. */
export interface StoreLocation {
  readonly opener: string;
}

/** Opens the stores of one kind of place. */
export interface Opener<L extends StoreLocation = StoreLocation> {
  /** The location that a path or URL stands for, where it is one of this opener's. */
  parse?(text: string): L | undefined;
  /** Throws StoreError where there is no store, saying what was found. */
  open(location: L, access: StoreAccess): Promise<OpenStore>;
}

const openers = new Map<string, Opener>();

/** From here on `openLocation` knows these openers, by name. Each thread and page registers its own; of two of a name the later one counts. */
export function registerOpeners(more: Readonly<Record<string, Opener>>): void {
  for (const [name, opener] of Object.entries(more)) openers.set(name, opener);
}

/**
 * Opens the store at a location, or at a path or URL, which is a location of the opener that takes it; those registered last are asked
 * first.
 *
 * Throws StoreError where no opener of this thread or page takes it, and what the opener throws.
 */
export async function openLocation<L extends StoreLocation>(
  location: L | string,
  access: StoreAccess = {},
): Promise<OpenStore> {
  const place = typeof location === "string" ? parseText(location) : location;
  const opener = place && openers.get(place.opener);
  if (opener) return opener.open(place, access);
  throw new StoreError({
    path: typeof location === "string" ? redactUrl(location) : location.opener,
    found: "a location that nothing here opens",
    expected: `one of the openers that are registered here (${[...openers.keys()].join(", ") || "none"})`,
    remedy: "Check the address, or register its opener with registerOpeners.",
  });
}

function parseText(text: string): StoreLocation | undefined {
  for (const opener of [...openers.values()].reverse()) {
    const location = opener.parse?.(text);
    if (location) return location;
  }
  return undefined;
}
