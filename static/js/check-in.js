// Checking in where the network may be away, on pages with [data-check-in-page]: the page itself is kept by the worker
// (/training/worker.js), a scan waits in this browser with its time until it was sent. Nothing is decided here: the
// server holds a time against the code, and what the instructor called stands.
const KEY = "training.check-in";
const place = document.querySelector("[data-check-in-page]")?.dataset.checkInPage;
const form = document.querySelector('form[data-behaviour~="check-in"]');
const line = document.getElementById("check-in-state");

const waiting = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
};
const same = (one, other) => one.page === other.page && one.token === other.token && one.at === other.at;
const add = (scan) => localStorage.setItem(KEY, JSON.stringify([...waiting(), scan]));
const drop = (scan) => localStorage.setItem(KEY, JSON.stringify(waiting().filter((one) => !same(one, scan))));

const say = (text) => {
  if (line) line.textContent = text;
  else document.dispatchEvent(new CustomEvent("portal:announce", { detail: text }));
};
const kept = (scan) => {
  const at = new Date(scan.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  if (form) say(form.dataset.kept.replace("{at}", at));
};

// The token against forgery is that of a fresh page: the kept one may be days old.
const freshToken = async (page) => {
  const answer = await fetch(page, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  return fresh.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
};

const send = async (scan) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", await freshToken(scan.page));
  body.set("token", scan.token);
  body.set("at", scan.at);
  const headers = { Accept: "application/json" };
  const answer = await fetch(scan.page, { method: "POST", body, headers, credentials: "same-origin" });
  // Busy or broken: later. Everything else is an answer for good.
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  const said = await answer.json();
  drop(scan);
  say(answer.ok ? said.said : `${form?.dataset.refused ?? ""}${said.message}`);
};

let busy = false;
const sendAll = async () => {
  if (busy) return;
  busy = true;
  for (const scan of waiting()) {
    if (form) say(form.dataset.sending);
    try {
      await send(scan);
    } catch {
      kept(scan);
      break;
    }
  }
  busy = false;
};

const scanned = (token, at) => {
  const scan = { page: place, token, at };
  add(scan);
  sendAll();
};

form?.addEventListener("submit", (event) => {
  const token = form.elements.token.value.trim();
  // What is missing is said by the server, in its own words.
  if (!token) return;
  event.preventDefault();
  scanned(token, new Date().toISOString());
  form.elements.token.value = "";
});

// The worker leads here from a code that was scanned without a network, and says when.
const asked = new URLSearchParams(location.search);
if (form && asked.has("scanned")) {
  history.replaceState(null, "", location.pathname);
  scanned(asked.get("token") ?? "", new Date(Number(asked.get("scanned"))).toISOString());
} else {
  sendAll();
}
window.addEventListener("online", sendAll);
document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });

const files = () => [
  ...[...document.querySelectorAll('link[rel="stylesheet"], link[rel="icon"]')].map((one) => one.href),
  ...[...document.scripts].map((one) => one.src),
  ...[...document.querySelectorAll("use")].map((one) => new URL(one.getAttribute("href"), location.href).href.split("#")[0]),
  ...[...document.images].map((one) => one.src),
];
if (place && navigator.serviceWorker) {
  navigator.serviceWorker.register("/training/worker.js").then(async () => {
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const ready = document.getElementById("check-in-ready");
      if (ready) ready.hidden = false;
    };
    active.postMessage({ page: place, files: [...new Set(files())].filter(Boolean) }, [port2]);
  }).catch(() => {
    // Without a worker (no HTTPS, an old browser) the page works with a network, and by its queue while it stays open.
  });
}
