// A toast goes after ten seconds, unless the pointer or the keyboard is on it; Esc closes it at once.
const SHOWN = 10000;

const leave = (note) => {
  const busy = note.matches(":hover") || note.contains(document.activeElement);
  if (busy) setTimeout(() => leave(note), 2000);
  else note.remove();
};
const start = (root) => {
  for (const note of root.querySelectorAll('[data-behaviour="toast"]')) setTimeout(() => leave(note), SHOWN);
};
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector('[data-behaviour="toast"]')?.remove();
});
