// The app's files as the phone keeps them; nothing of the day passes here.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.cache === "reload") return; // the app looks for its newest version
  if (asked.method !== "GET" || new URL(asked.url).origin !== location.origin) return;
  event.respondWith(caches.match(asked, { ignoreSearch: true }).then((found) => found || fetch(asked)));
});
