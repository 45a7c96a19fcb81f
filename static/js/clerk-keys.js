// The clerk's keyboard, on <form data-behaviour="clerk-keys">:
// Enter next field (in a grid, where fields have data-column, the one below) · Ctrl+Enter button[data-key="save-new"] · Ctrl+S button[data-key="draft"] ·
// F2 value of [data-same-value] · Esc link [data-key="close"].
const FIELDS = 'input:not([type="hidden"]):not([type="submit"]):not([disabled]), select:not([disabled]), textarea:not([disabled])';

const press = (form, key) => {
  const button = form.querySelector(`[data-key="${key}"]`);
  button?.click();
  return Boolean(button);
};

const next = (form, from) => {
  const column = from.dataset.column;
  const fields = [...form.querySelectorAll(FIELDS)].filter(
    (field) => field.offsetParent !== null && (!column || field.dataset.column === column),
  );
  const save = form.querySelector('[data-key="save-new"]') ?? form.querySelector('[type="submit"]');
  const target = fields[fields.indexOf(from) + 1] ?? save;
  target?.focus();
  target?.select?.();
};

const same = (field) => {
  if (!("same" in field.dataset) || !field.dataset.sameValue) return false;
  field.value = field.dataset.sameValue;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
};

const handle = (form, event) => {
  const field = event.target;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key === "Enter") return press(form, "save-new");
  if (command && event.key.toLowerCase() === "s") return press(form, "draft");
  if (event.key === "F2") return same(field);
  if (event.key === "Escape") return press(form, "close");
  const stays = field.matches("textarea, button, a, [type=submit], [type=file]");
  if (event.key === "Enter" && !stays) {
    next(form, field);
    return true;
  }
  return false;
};

document.addEventListener("keydown", (event) => {
  // An input method uses Enter and Esc for itself while a word is being composed.
  if (event.isComposing || event.keyCode === 229) return;
  const form = event.target.closest('form[data-behaviour~="clerk-keys"]');
  if (form && handle(form, event)) event.preventDefault();
});
