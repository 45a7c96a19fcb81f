// <form data-behaviour="draft" data-draft-url="…">: keeps what is typed on the server, ten seconds after a change and on
// Ctrl+S (button[data-key="draft"]). The field draft_count tells windows apart; the older one is told and stops.
const WAIT = 10_000;
const timers = new WeakMap();
const drafted = (target) => target.closest?.('form[data-behaviour~="draft"]');

const save = async (form) => {
  clearTimeout(timers.get(form));
  timers.delete(form);
  if (form.dataset.sent || form.dataset.draftOver) return;
  const data = new FormData(form);
  data.delete("voucher");
  const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
  const line = document.getElementById("draft-state");
  if (!line) return;
  if (!answer) {
    line.textContent = "";
    schedule(form);
    return;
  }
  if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    const { said, count } = await answer.json();
    line.textContent = said ?? "";
    if (answer.ok) form.elements.draft_count.value = count;
    else form.dataset.draftOver = "1";
  }
};

const schedule = (form) => {
  if (!timers.has(form)) timers.set(form, setTimeout(() => save(form), WAIT));
};

document.addEventListener("input", (event) => {
  const form = drafted(event.target);
  if (form && event.target.type !== "file") schedule(form);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.('button[data-key="draft"]');
  const form = button && drafted(button);
  if (!form) return;
  event.preventDefault();
  save(form);
});
document.addEventListener("submit", (event) => {
  const form = drafted(event.target);
  if (form) clearTimeout(timers.get(form));
});
