import { h } from "../controls/h.js";
import { failureText } from "../controls/words.js";
import { mountViewer, openResult, type Viewer } from "../index.js";
import { ask, bytesOf, fetchStore } from "./fetch-store.js";

/** Where the token is kept, so that the page can be loaded again in its tab; another tab knows nothing of it. */
const KEPT = "flashdeconv view";

const NO_TOKEN =
  "No result is open in this tab. Run `flashdeconv view result.zarr` and open the whole address that it prints: it holds the key to the result.";
const OLD_TOKEN =
  "This address is no longer valid. Run `flashdeconv view` again and open the address that it prints.";

const MOST_ABOUT_BYTES = 2 ** 16;

/** What the server tells of the result. */
interface About {
  readonly name: string;
  readonly key?: string;
  readonly table?: string;
}

const main = document.getElementById("main") as HTMLElement;
let viewer: Viewer | undefined;

/** How the view that this address keeps is seen again: the key to the result is not in it. */
function wayBack(): string {
  const isKept = /^#.{1,500}$/.test(location.hash);
  return isKept ? ` To see this view, add to its end: ${location.hash}` : "";
}

/** Takes the token out of the address, where others could read it, into this tab's memory. */
function takeToken(): string | undefined {
  const [, token] = /^\/([\w-]+)\/?$/.exec(location.pathname) ?? [];
  if (token === undefined) return sessionStorage.getItem(KEPT) ?? undefined;
  sessionStorage.setItem(KEPT, token);
  history.replaceState(null, "", `/${location.hash}`);
  return token;
}

function say(text: string, ...more: Node[]): void {
  viewer?.stop();
  viewer = undefined;
  main.replaceChildren(h("h1", {}, "flashdeconv"), h("p", { role: "alert" }, text), ...more);
}

async function open(token: string, key?: string): Promise<void> {
  try {
    const response = await ask(`/${token}/store.json`, { path: "store.json" });
    if (!response.ok) return say(OLD_TOKEN + wayBack());
    const bytes = await bytesOf(response, { path: "store.json", most: MOST_ABOUT_BYTES });
    const about = JSON.parse(new TextDecoder().decode(bytes)) as About;
    const store = fetchStore(`/${token}/store`, about.name);
    const result = await openResult(store, { key: key ?? about.key, table: about.table });
    viewer?.stop();
    main.replaceChildren();
    document.title = `${about.name}: cell types`;
    viewer = mountViewer(main, result, {
      name: about.name,
      onKey: (other) => {
        history.replaceState(null, "", "/");
        void open(token, other);
      },
    });
  } catch (error) {
    const retry = h("button", { type: "button", on: { click: () => void open(token, key) } }, "Try again");
    say(failureText(error), retry);
  }
}

const token = takeToken();
if (token === undefined) say(NO_TOKEN + wayBack());
else void open(token);
