/** A location without what a URL has behind its path, and without slashes at its end. */
export function withoutQuery(location: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\//i.test(location) ? location.replace(/[?#].*$/s, "") : location;
  return path.replace(/[/\\]+$/, "");
}
