// One polite region per page: other behaviours send "portal:announce" with a sentence.
let region = document.getElementById("announce");
if (!region) {
  region = document.createElement("p");
  region.id = "announce";
  region.className = "visually-hidden";
  region.setAttribute("role", "status");
  document.body.append(region);
}
const say = (text) => {
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
};
document.addEventListener("portal:announce", (event) => say(event.detail));

// After 加载更多: say how many rows stand now, and go to the first new one.
let rowsBefore = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.classList.contains("pager__more")) rowsBefore = event.detail.target.children.length;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const source = event.detail.requestConfig?.elt;
  if (!source?.classList.contains("pager__more")) return;
  const rows = event.detail.target.children;
  say(source.dataset.said.replace("{new}", rows.length - rowsBefore).replace("{all}", rows.length));
  const first = rows[rowsBefore]?.querySelector("a, button, input");
  first?.focus();
});
