import type { Place } from "../run/protocol.js";
import { describeFailure, type Failure, isStop } from "./failure.js";
import { h } from "./h.js";
import { filesOfFolder, placeOfDrop, readLink } from "./place.js";

export interface PickerSettings {
  readonly id: string;
  readonly noun: string;
  readonly accept: string;
  readonly hint: string;
}

export type Picked = { readonly place: Place } | { readonly failure: Failure };

/** A link, a file, a folder or a drop. */
export interface PlacePicker {
  readonly element: HTMLElement;
  /** Ties the link's field to what is told of it. */
  setInvalid(describedBy: string | undefined): void;
  setBusy(isBusy: boolean): void;
}

export function createPlacePicker(settings: PickerSettings, onPick: (picked: Picked) => void): PlacePicker {
  const { id, noun, accept, hint } = settings;
  const link = h("input", {
    id: `${id}-link`,
    type: "text",
    inputmode: "url",
    placeholder: "https://",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-hint`,
  });
  const file = h("input", { type: "file", accept, hidden: true, "aria-label": `File of the ${noun}` });
  const folder = h("input", {
    type: "file",
    webkitdirectory: true,
    hidden: true,
    "aria-label": `Folder of the ${noun}`,
  });
  file.addEventListener("change", () => {
    const picked = file.files?.[0];
    if (picked) onPick({ place: { kind: "file", file: picked } });
    // The same file can be picked again, after it was mended.
    file.value = "";
  });
  folder.addEventListener("change", () => {
    const place = filesOfFolder(folder.files ?? []);
    if (place) onPick({ place });
    else if (folder.files) onPick({ failure: emptyFolder(noun) });
    folder.value = "";
  });
  const openLink = (event: SubmitEvent) => {
    event.preventDefault();
    const place = readLink(link.value, location.href);
    onPick(place ? { place } : { failure: noLink(link.value, noun) });
  };
  const element = h(
    "div",
    { class: "picker" },
    h(
      "form",
      { class: "link", onsubmit: openLink, novalidate: true },
      h("label", { for: `${id}-link` }, "Link"),
      link,
      h("button", { type: "submit" }, "Open"),
    ),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", onclick: () => file.click() }, "Choose a file"),
      h("button", { type: "button", onclick: () => pickFolder(folder, onPick) }, "Choose a folder"),
      h("span", { class: "or" }, "or drop one here"),
    ),
    file,
    folder,
    h("small", { id: `${id}-hint` }, hint),
  );
  takeDrops(element, noun, onPick);
  return {
    element,
    setInvalid(describedBy) {
      if (describedBy) link.setAttribute("aria-invalid", "true");
      else link.removeAttribute("aria-invalid");
      link.setAttribute("aria-describedby", [`${id}-hint`, describedBy].filter(Boolean).join(" "));
    },
    setBusy(isBusy) {
      element.inert = isBusy;
    },
  };
}

/** Where the browser lends folders it does so one file at a time; elsewhere it lists them all first. */
async function pickFolder(input: HTMLInputElement, onPick: (picked: Picked) => void): Promise<void> {
  const { showDirectoryPicker } = window as {
    showDirectoryPicker?: () => Promise<FileSystemDirectoryHandle>;
  };
  if (showDirectoryPicker === undefined) return input.click();
  try {
    onPick({ place: { kind: "folder", folder: await showDirectoryPicker.call(window) } });
  } catch (error) {
    if (!isStop(error)) onPick({ failure: describeFailure(error, "The folder cannot be opened") });
  }
}

function takeDrops(element: HTMLElement, noun: string, onPick: (picked: Picked) => void): void {
  element.addEventListener("dragover", () => element.classList.add("over"));
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", async ({ dataTransfer }) => {
    element.classList.remove("over");
    if (!dataTransfer) return;
    try {
      const dropped = await placeOfDrop(dataTransfer);
      if (dropped === "several") onPick({ failure: severalDropped(noun) });
      else if (dropped) onPick({ place: dropped });
    } catch (error) {
      onPick({ failure: describeFailure(error, "What was dropped cannot be read") });
    }
  });
}

/** A file that is dropped beside the places for it would take the page's place. */
export function keepDropsOff(page: Document): void {
  for (const kind of ["dragover", "drop"]) page.addEventListener(kind, (event) => event.preventDefault());
}

function noLink(text: string, noun: string): Failure {
  return {
    title: `The link to the ${noun} cannot be used`,
    found: text.trim() === "" ? "nothing" : text.trim(),
    expected: "a link that begins with https:// or http://",
    remedy: "Type or paste the whole link, or choose a file or folder.",
  };
}

function emptyFolder(noun: string): Failure {
  return {
    title: `The folder of the ${noun} cannot be used`,
    found: "a folder without files",
    expected: "a .zarr folder, or a folder of Visium or Visium HD",
    remedy: "Choose another folder.",
  };
}

function severalDropped(noun: string): Failure {
  return {
    title: "What was dropped cannot be used",
    found: "several files",
    expected: `the ${noun} as one file or one folder`,
    remedy: "Drop the folder that holds them.",
  };
}
