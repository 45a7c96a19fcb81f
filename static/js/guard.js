// <form data-behaviour="guard">: leaving with changes that were not sent asks first; a second submit does nothing.
const changed = new Set();
const guarded = (target) => target.closest?.('form[data-behaviour~="guard"]');

document.addEventListener("input", (event) => {
  const form = guarded(event.target);
  if (form) changed.add(form);
});
// On the way down, so that a form sent in place (hx-post) does not see the second submit either.
document.addEventListener("submit", (event) => {
  const form = guarded(event.target);
  if (!form) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopPropagation();
  }
  form.dataset.sent = "1";
  changed.delete(form);
}, { capture: true });
document.addEventListener("htmx:afterRequest", (event) => {
  const form = guarded(event.target);
  if (form) delete form.dataset.sent;
});
window.addEventListener("beforeunload", (event) => {
  for (const form of changed) if (!form.isConnected) changed.delete(form);
  if (changed.size) event.preventDefault();
});
// Coming back by the browser's button must find a form that can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
