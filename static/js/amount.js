// <input data-behaviour="amount">: asks data-echo-url for the amount as understood and its 大写, and shows the answer
// in the element named by data-echo. The server reads the amount; nothing is computed here.
const waiting = new WeakMap();

const ask = async (input) => {
  const line = document.getElementById(input.dataset.echo);
  if (!line) return;
  if (!input.value.trim()) {
    line.textContent = "";
    return;
  }
  const answer = await fetch(`${input.dataset.echoUrl}?amount=${encodeURIComponent(input.value)}`, {
    headers: { "HX-Request": "true" },
    credentials: "same-origin",
  }).catch(() => null);
  if (answer?.ok && document.body.contains(line)) line.textContent = await answer.text();
};

document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches?.('[data-behaviour~="amount"]')) return;
  input.dispatchEvent(new CustomEvent("portal:amount", { bubbles: true, detail: input.value }));
  if (!input.dataset.echoUrl) return;
  clearTimeout(waiting.get(input));
  waiting.set(input, setTimeout(() => ask(input), 250));
});
