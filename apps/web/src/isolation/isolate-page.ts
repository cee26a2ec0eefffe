/** What a page says that it has tried, for as long as its tab is open: one reload, not one after the other. */
const TRIED = "flashdeconv-isolation-tried";

/** Milliseconds after which the page begins as it is: it is not loaded again under somebody's hands. */
const PATIENCE = 3000;

/**
 * Makes the page cross-origin isolated where its host does not, so that workers can share memory: registers a service worker that adds
 * the headers, and loads the page once more. Where that cannot be, the page works as it is, slower.
 *
 * @param script address of the bundled `isolation-worker`, in the folder of the page or above it
 * @returns whether the page is about to be loaded again
 */
export async function isolatePage(script: URL): Promise<boolean> {
  const { serviceWorker } = navigator as Partial<Navigator>;
  if (globalThis.crossOriginIsolated || !serviceWorker || sessionStorage.getItem(TRIED) !== null)
    return false;
  try {
    sessionStorage.setItem(TRIED, "yes");
    await serviceWorker.register(script);
    const late = new Promise<false>((resolve) => setTimeout(resolve, PATIENCE, false));
    const isReady = await Promise.race([serviceWorker.ready.then(() => true), late]);
    if (isReady) location.reload();
    return isReady;
  } catch {
    return false;
  }
}
