// A service worker for hosts that cannot send headers: it adds the two that make a page cross-origin isolated, to what the page's own host
// answers. It keeps nothing, and what other hosts answer goes its way untouched.

interface FetchEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "fetch", listen: (event: FetchEvent) => void): void;
  addEventListener(
    type: "install" | "activate",
    listen: (event: { waitUntil(work: Promise<void>): void }) => void,
  ): void;
}

const scope = globalThis as unknown as ServiceScope;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).origin === scope.location.origin) event.respondWith(isolated(event.request));
});

async function isolated(request: Request): Promise<Response> {
  const response = await fetch(request);
  // Of an answer without a body that can be read (a redirect, another host's) nothing can be changed.
  if (response.type === "opaqueredirect" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  // Buckets of others need not send a header of their own for it.
  headers.set("cross-origin-embedder-policy", "credentialless");
  const { status, statusText } = response;
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : response.body, { status, statusText, headers });
}
