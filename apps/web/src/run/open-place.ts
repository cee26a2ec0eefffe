import { isFlashdeconvError, OptionError, StoreError } from "@flashdeconv/core";
import { findPageInput } from "@flashdeconv/io-vendor";
import { shellWord } from "@flashdeconv/results/internal";
import type { BlobLocation, StoreAccess } from "@flashdeconv/stores";
import { type PickedLocation, redactUrl } from "@flashdeconv/stores/internal";
import type { Place } from "./protocol.js";

type PageInput = Awaited<ReturnType<typeof findPageInput>>;

export interface OpenedPlace extends PageInput {
  readonly name: string;
  readonly isRemote: boolean;
}

/** What a person calls a place. */
export function nameOfPlace(place: Place): string {
  if (place.kind === "url") return redactUrl(place.url.trim());
  if (place.kind === "file") return place.file.name;
  return place.kind === "files" ? place.name : place.folder.name;
}

/** The place as the openers of stores take it. */
export function locationOf(place: Place): string | BlobLocation | PickedLocation {
  const name = nameOfPlace(place);
  if (place.kind === "url") return place.url.trim();
  if (place.kind === "file") return { opener: "blob", blob: place.file, name };
  return place.kind === "files"
    ? { opener: "picked", name, files: place.files }
    : { opener: "picked", name, folder: place.folder };
}

/** Opens what lies at a place. Errors of a server that a page may not read say what is likely, and what to do. */
export async function openPlace(
  place: Place,
  options: { readonly bin?: string; readonly signal?: AbortSignal },
  access: StoreAccess = {},
): Promise<OpenedPlace> {
  const name = nameOfPlace(place);
  if (place.kind === "file") requireBytes(place.file);
  if (place.kind !== "url")
    return { ...(await findPageInput(locationOf(place), access, options)), name, isRemote: false };
  const url = requireHttp(place.url.trim());
  await requireReadable(url, options.signal);
  try {
    return { ...(await findPageInput(url, access, options)), name, isRemote: true };
  } catch (error) {
    throw inPageWords(error, url);
  }
}

function requireBytes({ name, size }: File): void {
  if (size > 0) return;
  throw new StoreError({
    path: name,
    found: "an empty file",
    expected: "a section or a reference",
    remedy: "Copy or download the file again.",
  });
}

function requireHttp(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new OptionError({
    option: "link",
    value: redactUrl(url),
    rule: "an address that begins with https:// or http://",
    remedy: "Buckets (s3://, gs://, az://) and folders are read by the command line: flashdeconv run.",
  });
}

/** Asks once: what a browser keeps from a page fails each time, without a reason. */
export async function requireReadable(url: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    const response = await fetch(url, { headers: { range: "bytes=0-0" }, cache: "no-store", signal });
    await response.body?.cancel();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new StoreError({
      path: redactUrl(url),
      found: "no answer that a page may read (a browser gives no reason)",
      expected: "a server that can be reached and lets other pages read from it (CORS), in parts too (Range)",
      remedy: `Open the address in a new tab. If it is there, download it and pick the file here, or use the command line: ${commandFor(url)}.`,
      cause,
    });
  }
}

/** Servers without parts are told of as such; here something else helps than there. */
function inPageWords(error: unknown, url: string): unknown {
  if (!isFlashdeconvError(error) || !/request for a part|does not tell the size/.test(error.found))
    return error;
  return new StoreError({
    path: redactUrl(url),
    found: error.found,
    expected: error.expected,
    remedy: `The server has no range requests, or does not show Content-Range to pages. Download the file and pick it here, or use the command line: ${commandFor(url)}.`,
    cause: error,
  });
}

function commandFor(url: string): string {
  return `flashdeconv run ${shellWord(redactUrl(url))} --reference ...`;
}
