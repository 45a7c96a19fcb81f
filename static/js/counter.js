// A textarea with data-behaviour="counter": the element named by data-count says how many characters it holds.
const show = (area) => {
  const line = document.getElementById(area.dataset.count);
  if (!line) return;
  const length = [...area.value.replace(/\s/gu, "")].length;
  line.textContent = String(length);
  line.closest("[data-over]")?.setAttribute("data-over", length > Number(area.dataset.most) ? "1" : "");
};

document.addEventListener("input", (event) => {
  if (event.target.matches?.('textarea[data-behaviour~="counter"]')) show(event.target);
});
