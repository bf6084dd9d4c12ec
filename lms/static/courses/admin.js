// Wagtail saves drafts by itself, and a click on "publish" does not wait for a save that is on its way. On a slow
// line both would then write the same new lesson or the same new legal basis. So the click waits; at most ten seconds.
// And once the form is sent, no save begins while its answer is on the way: what was changed last is in the form.
"use strict";
(() => {
  let saving = null;
  let sent = null;
  const waits = () => sent !== null && Date.now() - sent < 30000;
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = Date.now(); });
  addEventListener("pageshow", () => { sent = null; });
  document.addEventListener("w-autosave:save", (event) => {
    if (waits()) event.preventDefault();
    else saving ??= Date.now();
  });
  for (const end of ["w-autosave:success", "w-autosave:error"]) {
    document.addEventListener(end, () => { saving = null; });
  }
  const busy = () => saving !== null && Date.now() - saving < 10000;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[type=submit], input[type=submit], button:not([type])");
    if (!busy() || !button?.form?.matches("[data-controller~=w-autosave]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const again = () => (busy() ? setTimeout(again, 100) : button.click());
    again();
  }, true);
})();
