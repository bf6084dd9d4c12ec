// The paper works without this file. It saves every change at once, keeps what could not be sent, and says so.
(() => {
  "use strict";
  const form = document.querySelector("form[data-answers]");
  if (!form) return;
  const says = form.dataset;
  const status = form.querySelector("[data-status]");
  const counter = form.querySelector("[data-counter]");
  const moves = document.querySelector("[data-moves]");
  const token = form.elements.csrfmiddlewaretoken.value;
  const questions = new Map([...form.querySelectorAll("[data-item]")].map((node) => [+node.dataset.item, node]));
  const fill = (text, a, b) => text.replace("[a]", a).replace("[b]", b);

  // --- What stands on the screen ---------------------------------------------------------------------------
  const places = (node) => [...node.querySelectorAll("select")];
  const response = (node) => {
    const selects = places(node);
    if (!selects.length) return [...node.querySelectorAll("input:checked")].map((input) => input.value);
    const whole = new Set(selects.map((select) => select.value).filter(Boolean)).size === selects.length;
    return whole ? selects.sort((a, b) => a.value - b.value).map((select) => select.dataset.key) : [];
  };
  const show = (node, keys) => {
    node.querySelectorAll("input[name^=q]").forEach((input) => { input.checked = keys.includes(input.value); });
    places(node).forEach((select) => { select.value = keys.length ? keys.indexOf(select.dataset.key) + 1 : ""; });
  };
  const count = () => {
    const answered = [...questions.values()].filter((node) => response(node).length).length;
    counter.textContent = fill(says.count, answered, questions.size);
  };
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };

  // --- Sending: one step after the other, the newest of a question, the same id until it is answered -----------
  const shelf = "paper " + location.pathname;
  const unsent = new Map();
  let sending = false, pause = 1000, timer = 0, stopped = false;
  const keep = () => {
    try {
      if (unsent.size) sessionStorage.setItem(shelf, JSON.stringify([...unsent]));
      else sessionStorage.removeItem(shelf);
    } catch { /* storage is full or forbidden: memory still has it */ }
  };
  const id = () => crypto.randomUUID ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
      (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
  const changed = (item) => {
    const node = questions.get(item);
    form.elements["known" + item].value = "changed";
    unsent.set(item, { item, response: response(node), operation_id: id() });
    keep();
    count();
    send();
  };
  const later = (text) => {
    say(text);
    clearTimeout(timer);
    timer = setTimeout(send, pause);
    pause = Math.min(pause * 2, 30000);
  };
  async function send() {
    if (sending || stopped || !unsent.size) return;
    const [item, step] = unsent.entries().next().value;
    sending = true;
    say(says.saving);
    let reply, body = {};
    try {
      reply = await fetch(says.answers, {
        method: "POST", body: JSON.stringify(step), keepalive: true, redirect: "manual",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        signal: AbortSignal.timeout ? AbortSignal.timeout(20000) : undefined,
      });
      body = reply.status < 500 ? await reply.json().catch(() => ({})) : {};
    } catch { reply = null; }
    sending = false;
    if (!reply || reply.status >= 500 || reply.status === 429) return later(says.unsent);
    if (!body.status) return later(says.signedOut);
    pause = 1000;
    if (unsent.get(item) === step) unsent.delete(item);
    keep();
    if (body.status !== "kept") { stopped = true; return say(body.message); }
    if (unsent.size) return send();
    say(says.saved);
  }
  const now = () => { clearTimeout(timer); pause = 1000; send(); };
  addEventListener("online", () => { if (!unsent.size) say(""); now(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });

  // --- Putting steps in order by two buttons; the selects below stay what is sent ------------------------------
  const arrange = (list) => {
    const rows = [...list.children];
    const placed = rows.every((row) => row.querySelector("select").value);
    list.classList.toggle("placed", placed);
    rows.forEach((row, at) => {
      row.querySelector(".place").textContent = placed ? at + 1 : "–";
      row.querySelector("[data-by='-1']").disabled = at === 0;
      row.querySelector("[data-by='1']").disabled = at === rows.length - 1;
    });
  };
  const sort = (list) => {
    const value = (row) => +row.querySelector("select").value;
    if ([...list.children].every(value)) list.append(...[...list.children].sort((a, b) => value(a) - value(b)));
    arrange(list);
  };
  const equip = (list) => {
    for (const row of list.children) {
      const select = row.querySelector("select"), text = row.querySelector("label").textContent;
      select.hidden = true;
      const place = document.createElement("span");
      place.className = "place";
      place.setAttribute("aria-hidden", "true");
      row.prepend(place);
      for (const by of [-1, 1]) {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.by = by;
        button.textContent = by < 0 ? "↑" : "↓";
        button.setAttribute("aria-label", (by < 0 ? says.up : says.down) + ": " + text);
        row.append(button);
      }
    }
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-by]");
      if (!button) return;
      const row = button.closest("li");
      // The neighbour is moved, not the row itself, so that the button keeps the focus.
      if (button.dataset.by < 0) row.after(row.previousElementSibling);
      else row.before(row.nextElementSibling);
      [...list.children].forEach((each, at) => { each.querySelector("select").value = at + 1; });
      arrange(list);
      if (button.disabled) row.querySelector("[data-by]:not(:disabled)").focus();
      moves.textContent = fill(says.moved, row.querySelector("label").textContent, [...list.children].indexOf(row) + 1);
      changed(+list.closest("[data-item]").dataset.item);
    });
    sort(list);
  };

  // --- Begin -----------------------------------------------------------------------------------------------
  try {
    for (const [item, step] of JSON.parse(sessionStorage.getItem(shelf) || "[]")) {
      if (!questions.has(item)) continue;
      show(questions.get(item), step.response);
      form.elements["known" + item].value = "changed";
      unsent.set(item, step);
    }
  } catch { /* nothing readable was kept */ }
  form.querySelectorAll(".ordering").forEach(equip);
  form.addEventListener("change", (event) => {
    const node = event.target.closest("[data-item]");
    if (node) changed(+node.dataset.item);
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say(says.offline);
  });
  addEventListener("pageshow", count); // after the browser has put back what was chosen before
  count();
  send();
})();
