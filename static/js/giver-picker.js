// <form data-behaviour="giver-picker" data-givers-url data-pick-url> with input[name=donor] and ul[role=listbox]: a list of
// earlier givers under the field (WAI-ARIA APG, combobox with list autocomplete). Names are masked until one is picked.
const forms = new WeakMap();

const start = (form) => {
  const input = form.elements.donor;
  const list = form.querySelector('[role="listbox"]');
  const status = document.getElementById("giver-status");
  const plain = form.querySelector('button[name="find"]');
  if (!input || !list) return null;
  if (plain) plain.hidden = true;
  for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  const state = { active: -1, asked: 0, timer: 0 };

  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    state.active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const show = (givers, said) => {
    list.replaceChildren(
      ...givers.map((giver, place) => {
        const option = document.createElement("li");
        option.id = `giver-${place}`;
        option.role = "option";
        option.dataset.key = giver.key;
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("strong");
        name.textContent = giver.shown;
        option.append(name, ` ${giver.hint}`);
        return option;
      }),
    );
    list.hidden = givers.length === 0;
    state.active = -1;
    input.setAttribute("aria-expanded", String(givers.length > 0));
    status.textContent = said;
  };
  const post = (url, fields) => {
    const data = new FormData();
    for (const [name, value] of Object.entries({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, fund: form.elements.fund.value, ...fields })) data.set(name, value);
    return fetch(url, { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
  };
  const ask = async () => {
    const asked = ++state.asked;
    const answer = input.value.trim() ? await post(form.dataset.giversUrl, { donor: input.value }) : null;
    if (asked !== state.asked) return;
    if (!answer?.ok) return close();
    const { givers, said } = await answer.json();
    if (document.activeElement === input) show(givers, said);
  };
  const pick = async (option) => {
    state.asked += 1;
    const answer = await post(form.dataset.pickUrl, { key: option.dataset.key });
    close();
    if (!answer?.ok) return;
    input.value = (await answer.json()).donor;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  };
  const move = (step) => {
    const options = [...list.children];
    state.active = (state.active + step + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === state.active)));
    input.setAttribute("aria-activedescendant", options[state.active].id);
    options[state.active].scrollIntoView({ block: "nearest" });
  };

  input.addEventListener("input", () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(ask, 250);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && state.active >= 0) {
      pick(list.children[state.active]);
    } else if (event.key === "Escape") {
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    pick(option);
  });
  return state;
};

for (const form of document.querySelectorAll('form[data-behaviour~="giver-picker"]')) forms.set(form, start(form));
