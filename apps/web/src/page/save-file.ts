import type { SavedFile } from "../run/protocol.js";

type SavePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/**
 * Saves a file where its reader says, or where the browser puts downloads.
 *
 * The place is asked for first: browsers open their dialog only right after a click, and making the file may take long.
 *
 * @returns the name it was saved under. Rejects with AbortError where the dialog was closed
 */
export async function saveFile(suggestedName: string, make: () => Promise<SavedFile>): Promise<string> {
  const { showSaveFilePicker } = window as { showSaveFilePicker?: SavePicker };
  if (showSaveFilePicker === undefined) {
    const { blob, name } = await make();
    download(blob, name);
    return name;
  }
  const handle = await showSaveFilePicker.call(window, { suggestedName });
  try {
    const { blob } = await make();
    // What is written takes the file's place when it is closed: until then an older one stays whole.
    await blob.stream().pipeTo(await handle.createWritable());
  } catch (error) {
    await removeIfEmpty(handle);
    throw error;
  }
  return handle.name;
}

/** Asking for a place makes an empty file there, which nobody could tell from a result. */
async function removeIfEmpty(handle: FileSystemFileHandle): Promise<void> {
  try {
    if ((await handle.getFile()).size === 0) await (handle as { remove?: () => Promise<void> }).remove?.();
  } catch {
    // It is not there any more, or may not be removed.
  }
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the bytes by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
