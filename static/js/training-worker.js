// The service worker below /training/: keeps the check-in pages of this device's places, and leads a code that is scanned
// without a network to the one opened last. Everything else goes to the network as if the worker were not there.
const CACHE = "training-check-in-1";
const LAST = "/training/last-check-in-page";
const SCAN = /^\/training\/check-in\/([^/]+)\/$/;
const PAGE = /^\/training\/place\/[^/]+\/check-in\/$/;
// A network that answers nothing is none.
const PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const keep = async ({ page, files }) => {
  const cache = await caches.open(CACHE);
  const missing = [];
  for (const file of files) if (!(await cache.match(file))) missing.push(file);
  await Promise.all(missing.map((file) => cache.add(file)));
  await cache.add(new Request(page, { cache: "reload", credentials: "same-origin" }));
  await cache.put(LAST, new Response(page));
};
self.addEventListener("message", (event) => {
  const [port] = event.ports;
  event.waitUntil(keep(event.data).then(() => port?.postMessage("kept"), () => {}));
});

const keptFile = async (address) =>
  (await (await caches.open(CACHE)).match(address, { ignoreVary: true, ignoreSearch: true })) ?? Response.error();

const ledToPage = async (url) => {
  const last = await (await caches.open(CACHE)).match(LAST);
  if (!last) return Response.error();
  const token = decodeURIComponent(SCAN.exec(url.pathname)[1]);
  const target = new URL(await last.text(), url.origin);
  target.search = new URLSearchParams({ token, scanned: String(Date.now()) });
  return Response.redirect(target.href, 302);
};

const inTime = (request) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no answer")), PATIENCE);
  fetch(request).then(resolve, reject);
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (SCAN.test(url.pathname)) event.respondWith(inTime(request).catch(() => ledToPage(url)));
    else if (PAGE.test(url.pathname)) event.respondWith(inTime(request).catch(() => keptFile(url.pathname)));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(() => keptFile(request.url)));
  }
});
