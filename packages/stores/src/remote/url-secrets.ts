import { StoreError } from "@flashdeconv/core";
import { redactUrl } from "./redact-url.js";
import type { SignRequest } from "./remote-request.js";

/**
 * Parts a URL from what it carries to show who asks: its query (a signature, a SAS token) and its user name and password.
 * They go to requests and nowhere else. Throws StoreError for what is not a URL.
 */
export function withoutSecrets(location: string): { readonly url: string; readonly sign?: SignRequest } {
  let url: URL;
  try {
    url = new URL(location);
  } catch {
    throw new StoreError({
      path: redactUrl(location),
      found: "an address that is not a URL",
      expected: "one such as https://host/folder/name.zarr",
      remedy: "Check the address.",
    });
  }
  const { search, username, password } = url;
  url.search = url.hash = url.username = url.password = "";
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const basic: Record<string, string> = username === "" ? {} : { authorization: `Basic ${btoa(login)}` };
  if (search === "" && username === "") return { url: url.href };
  return {
    url: url.href,
    sign: async (request) => ({
      url: withQuery(request.url, search),
      headers: { ...request.headers, ...basic },
    }),
  };
}

/** A URL with a query added to its own. */
export function withQuery(url: string, query: string): string {
  const added = query.replace(/^[?&]/, "");
  if (added === "") return url;
  return `${url}${url.includes("?") ? "&" : "?"}${added}`;
}
