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
  const all = (node, what) => [...node.querySelectorAll(what)];
  const text = (node) => node.querySelector("input[type=text]");
  const steps = (node) => all(node, ".ordering select");
  const pairs = (node) => all(node, ".matching select");
  const isText = (input) => input.type === "text";
  const response = (node) => {
    const typed = text(node), selects = steps(node), chosen = pairs(node).filter((select) => select.value);
    if (typed) return typed.value.trim() ? [typed.value] : [];
    if (!selects.length) {
      return [...all(node, "input:checked").map((input) => input.value),
        ...chosen.map((select) => select.dataset.key + "=" + select.value)];
    }
    const whole = new Set(selects.map((select) => select.value).filter(Boolean)).size === selects.length;
    return whole ? selects.sort((a, b) => a.value - b.value).map((select) => select.dataset.key) : [];
  };
  const misread = (node) => text(node)?.validity.patternMismatch;
  const whole = (node) => response(node).length && pairs(node).every((select) => select.value) && !misread(node);
  const show = (node, given) => {
    if (text(node)) text(node).value = given[0] || "";
    all(node, "[data-mark]").forEach((mark) => { if ((given[0] || "")[0] === "@") mark.value = given[0]; });
    all(node, "input[name^=q]").forEach((input) => { input.checked = given.includes(input.value); });
    steps(node).forEach((select) => { select.value = given.length ? given.indexOf(select.dataset.key) + 1 : ""; });
    const halves = Object.fromEntries(given.map((pair) => pair.split("=")));
    pairs(node).forEach((select) => { select.value = halves[select.dataset.key] || ""; });
  };
  const count = () => {
    counter.textContent = fill(says.count, [...questions.values()].filter(whole).length, questions.size);
  };
  const complain = (node) => {
    const error = node.querySelector(".error");
    if (!error) return;
    error.hidden = text(node) ? !misread(node) : error.hidden || whole(node);
    if (text(node)) text(node).setAttribute("aria-invalid", !error.hidden);
    if (text(node) && !error.hidden) moves.textContent = error.textContent;
  };
  const say = (words) => { if (status.textContent !== words) status.textContent = words; };

  // --- Sending: one step after the other, the newest of a question, the same id until it is answered -----------
  const shelf = "paper " + location.pathname;
  const unsent = new Map(), last = new Map();
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
    const given = response(questions.get(item));
    if (last.get(item) === "" + given) return;
    last.set(item, "" + given);
    form.elements["known" + item].value = "changed";
    unsent.set(item, { item, response: given, operation_id: id() });
    keep();
    count();
    send();
  };
  const later = (words) => {
    say(words);
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

  // --- What is typed is sent when the fingers rest, and at once when the field or the page is left --------------
  let resting = 0, typing = 0;
  const rest = () => {
    clearTimeout(resting);
    const item = typing;
    typing = 0;
    if (item) changed(item);
  };
  const soon = (item) => {
    if (typing !== item) rest();
    clearTimeout(resting);
    typing = item;
    resting = setTimeout(rest, 1500);
  };
  form.addEventListener("input", (event) => {
    if (isText(event.target)) soon(+event.target.closest("[data-item]").dataset.item);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !isText(event.target)) return;
    event.preventDefault(); // else it would submit the paper
    rest();
    complain(event.target.closest("[data-item]"));
  });
  document.addEventListener("visibilitychange", () => {
    rest();
    if (!document.hidden) now();
  });

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
      const select = row.querySelector("select"), words = row.querySelector("label").textContent;
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
        button.setAttribute("aria-label", (by < 0 ? says.up : says.down) + ": " + words);
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
      const node = list.closest("[data-item]");
      changed(+node.dataset.item);
      complain(node);
    });
    sort(list);
  };

  // --- Pointing at a place on a picture; a radio button holds the mark ---------------------------------------
  const point = (box) => {
    const node = box.closest("[data-item]"), mark = node.querySelector("[data-mark]"), pin = box.querySelector(".pin");
    const { width, height } = box.querySelector("svg").viewBox.baseVal;
    const place = () => (mark.value.match(/\d+/g) || [500, 500]).map(Number);
    const draw = () => {
      const [x, y] = place();
      mark.disabled = mark.parentNode.hidden = !mark.value;
      pin.toggleAttribute("hidden", !mark.checked);
      pin.setAttribute("transform", `translate(${(x + .5) * width / 1000} ${(y + .5) * height / 1000})`);
    };
    const put = (send, ...at) => {
      const [x, y] = at.map((each) => Math.min(999, Math.max(0, Math.floor(each))));
      mark.value = `@${x},${y}`;
      mark.checked = true;
      draw();
      moves.textContent = fill(says.marked, Math.round(x / 10), Math.round(y / 10));
      send(+node.dataset.item);
    };
    const list = node.querySelector("details");
    list.open = !!list.querySelector(":checked");
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", says.point);
    box.before(Object.assign(document.createElement("p"), { className: "small", textContent: says.point }));
    box.addEventListener("click", (event) => {
      const { left, top, width, height } = box.querySelector("svg").getBoundingClientRect();
      put(changed, (event.clientX - left) / width * 1000, (event.clientY - top) / height * 1000);
    });
    box.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!by) return;
      event.preventDefault();
      const step = event.shiftKey ? 5 : 25, at = place();
      put(soon, at[0] + by[0] * step, at[1] + by[1] * step);
    });
    node.addEventListener("change", draw);
    draw();
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
  questions.forEach((node, item) => last.set(item, "" + response(node)));
  form.querySelectorAll(".ordering").forEach(equip);
  form.querySelectorAll("[data-spot]").forEach(point);
  form.addEventListener("change", (event) => {
    const node = event.target.closest("[data-item]");
    if (!node) return;
    rest();
    changed(+node.dataset.item);
    complain(node);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(resting); // the form itself brings what was typed
    if (navigator.onLine) return;
    event.preventDefault();
    rest();
    say(says.offline);
  });
  addEventListener("pageshow", count); // after the browser has put back what was chosen before
  count();
  send();
})();
