// A table with data-behaviour="select-all": the checkbox in its head ticks all below and shows a mixed state.
const boxes = (table) => [...table.querySelectorAll('tbody input[type="checkbox"]')];

const show = (table) => {
  const all = boxes(table);
  const ticked = all.filter((box) => box.checked).length;
  const head = table.querySelector('thead input[type="checkbox"]');
  if (head) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
  const count = document.querySelector("[data-selected-count]");
  if (count) count.textContent = String(ticked);
};

document.addEventListener("change", (event) => {
  const table = event.target.closest('[data-behaviour~="select-all"]');
  if (!table || event.target.type !== "checkbox") return;
  if (event.target.closest("thead")) for (const box of boxes(table)) box.checked = event.target.checked;
  show(table);
});

for (const table of document.querySelectorAll('[data-behaviour~="select-all"]')) {
  const head = table.querySelector("thead input[hidden]");
  if (head) head.hidden = false;
  show(table);
}
