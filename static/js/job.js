// A running job asks for itself again: after 2 s, then slower and slower up to 15 s; faster again when it moves.
const FIRST = 2000;
const SLOWEST = 15000;

const follow = (part, wait = FIRST) => {
  if (part.dataset.followed) return;
  part.dataset.followed = "1";
  setTimeout(() => ask(part, wait), wait);
};

const ask = async (part, wait) => {
  if (!part.isConnected) return;
  const later = Math.min(wait * 1.5, SLOWEST);
  let fresh = null;
  try {
    const answer = await fetch(part.dataset.url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = page.getElementById(part.id);
    }
  } catch {
    // The office network may be away for a while: the next question will tell.
  }
  if (!fresh) {
    setTimeout(() => ask(part, later), later);
    return;
  }
  const text = (root) => root.querySelector(".job__message")?.textContent ?? "";
  const moved = text(part) !== text(fresh) || part.dataset.state !== fresh.dataset.state;
  part.replaceWith(fresh);
  if (moved) document.dispatchEvent(new CustomEvent("portal:announce", { detail: text(fresh) }));
  if (fresh.dataset.behaviour === "job") follow(fresh, moved ? FIRST : later);
};

const find = (root) => {
  for (const part of root.querySelectorAll('[data-behaviour="job"]')) follow(part);
};
find(document);
document.addEventListener("htmx:load", (event) => find(event.target));
