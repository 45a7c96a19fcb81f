// Copy buttons: hidden in the page, shown here because only a script can copy.
const show = (root) => {
  for (const button of root.querySelectorAll('[data-behaviour="copy"][hidden]')) button.hidden = false;
};

const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http on an office network has no clipboard interface.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest('[data-behaviour="copy"]');
  if (!button) return;
  await copy(button.dataset.text);
  const label = button.querySelector(".copy__label");
  const before = label.textContent;
  label.textContent = button.dataset.done;
  document.dispatchEvent(new CustomEvent("portal:announce", { detail: button.dataset.done }));
  setTimeout(() => { label.textContent = before; }, 3000);
});

show(document);
document.addEventListener("htmx:load", (event) => show(event.target));
