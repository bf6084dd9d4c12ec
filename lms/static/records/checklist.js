// The checklist works without this file, by its form. It saves every tap at once, keeps what could not be sent, and says so.
(() => {
  "use strict";
  const form = document.querySelector("form[data-checklist]");
  if (!form) return;
  const says = form.dataset;
  const status = document.querySelector("[data-status]");
  const token = form.elements.csrfmiddlewaretoken.value;
  const boxes = [...form.querySelectorAll("input[name=item]")];
  const say = (words) => { if (status.textContent !== words) status.textContent = words; };
  form.querySelector("[data-save]").hidden = true;

  // --- Taps that the server does not have yet, the oldest first; those of another account are never among them ---
  const shelf = "checklist " + says.checklist + " " + location.pathname;
  let taps = [], sending = false, pause = 1000, timer = 0;
  try { taps = JSON.parse(localStorage.getItem(shelf) || "[]"); } catch { /* nothing readable was kept */ }
  const keep = () => {
    try {
      if (taps.length) localStorage.setItem(shelf, JSON.stringify(taps));
      else localStorage.removeItem(shelf);
    } catch { /* storage is full or forbidden: memory still has it */ }
  };
  const id = () => crypto.randomUUID ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
      (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
  // What the form would send as the learner's doing (records/forms_checklists.py) is what differs from this.
  const known = (item, ticked) => {
    form.querySelectorAll("input[name=known]").forEach((input) => { if (input.value === item) input.remove(); });
    if (ticked) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "known", value: item }));
  };
  const later = (words) => {
    say(words);
    clearTimeout(timer);
    timer = setTimeout(send, pause);
    pause = Math.min(pause * 2, 30000);
  };
  async function send() {
    if (sending || !taps.length) return;
    const [tap] = taps;
    sending = true;
    say(says.saving);
    let reply, body = {};
    try {
      reply = await fetch(form.action, {
        method: "POST", keepalive: true, redirect: "manual", headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ item: tap.item, operation: tap.operation, ...(tap.ticked && { ticked: "1" }) }),
        signal: AbortSignal.timeout ? AbortSignal.timeout(20000) : undefined,
      });
      body = reply.ok ? await reply.json().catch(() => ({})) : {};
    } catch { reply = null; }
    sending = false;
    if (!reply || reply.status >= 500 || reply.status === 429) return later(says.unsent);
    if (reply.type === "opaqueredirect" || reply.status === 403) return later(says.signedOut);
    pause = 1000;
    taps.shift();
    keep();
    if (body.status === "kept") known(tap.item, tap.ticked);
    if (taps.length) return send();
    say(body.status === "kept" ? says.saved : says.refused);
  }
  const now = () => { clearTimeout(timer); pause = 1000; send(); };

  for (const tap of taps) boxes.forEach((box) => { if (box.value === tap.item) box.checked = tap.ticked; });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "item") return;
    taps.push({ item: event.target.value, ticked: event.target.checked, operation: id() });
    keep();
    send();
  });
  addEventListener("online", now);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });
  send();
})();
