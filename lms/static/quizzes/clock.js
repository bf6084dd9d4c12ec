// Counts down by the server's clock: the phone's own may be wrong. Without this file the end stands there as a time.
(() => {
  "use strict";
  const clock = document.querySelector("[data-clock]"), form = document.querySelector("form[data-answers]");
  if (!clock || !form) return;
  const says = clock.dataset, shown = clock.querySelector("[data-countdown]");
  const aloud = document.querySelector("[data-clock-says]");

  // A page out of the browser's history is old: the difference noted at its first showing still holds.
  const difference = () => {
    const shelf = "clock " + location.pathname;
    try {
      const [now, known] = JSON.parse(sessionStorage.getItem(shelf) || "[]");
      if (now === says.now) return known;
    } catch { /* nothing readable was kept */ }
    const loaded = performance.getEntriesByType("navigation")[0];
    const arrived = loaded && loaded.responseStart ? performance.timeOrigin + loaded.responseStart : Date.now();
    const found = says.now * 1000 - arrived;
    try { sessionStorage.setItem(shelf, JSON.stringify([says.now, found])); } catch { /* not kept */ }
    return found;
  };
  const ahead = difference();
  const left = () => Math.max(0, Math.round(says.due - (Date.now() + ahead) / 1000));

  const spoken = new Set();
  const speak = (minutes, seconds, text) => {
    if (spoken.has(minutes) || seconds > minutes * 60) return;
    spoken.add(minutes);
    if (seconds > (minutes - 1) * 60) aloud.textContent = text;
  };
  const submit = () => {
    if (left()) return;
    if (!form.elements.confirmed) {
      const confirmed = document.createElement("input");
      Object.assign(confirmed, { type: "hidden", name: "confirmed", value: "1" });
      form.append(confirmed);
    }
    form.requestSubmit ? form.requestSubmit() : form.submit();
  };
  const tick = () => {
    const seconds = left(), hours = Math.floor(seconds / 3600), two = (number) => String(number).padStart(2, "0");
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    shown.textContent = says.left.replace("[a]", hours ? `${hours}:${rest}` : rest);
    clock.classList.toggle("soon", seconds <= 60);
    speak(5, seconds, says.minutes.replace("[a]", 5));
    speak(1, seconds, says.minute);
    if (seconds) return;
    clearInterval(timer);
    aloud.textContent = shown.textContent = says.over;
    submit();
  };
  const timer = setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && left()) tick(); });
  addEventListener("online", submit);
  tick();
})();
