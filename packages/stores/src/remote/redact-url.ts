/**
 * A URL as it may be shown and stored: without user name, password, query and fragment, where signed URLs and SAS tokens
 * carry their secrets. `?...` tells that there was a query. Anything that is not a URL comes back as it is.
 */
export function redactUrl(location: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return location;
  const hasQuery = /[?#]/.test(location);
  const path = location.replace(/[?#].*$/s, "");
  const authority = /^([a-z][a-z0-9+.-]*:\/\/)([^/\\]*)/i.exec(path);
  const [whole, scheme, host] = authority ?? ["", "", ""];
  const shown = scheme + host.slice(host.lastIndexOf("@") + 1) + path.slice(whole.length);
  return hasQuery ? `${shown}?...` : shown;
}
