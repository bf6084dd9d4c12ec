// Wagtail saves drafts by itself, and a click on "publish" does not wait for a save that is on its way. On a slow
// line both would then write the same new lesson or the same new legal basis. So the click waits; at most ten seconds.
"use strict";
(() => {
  let saving = null;
  document.addEventListener("w-autosave:save", () => { saving ??= Date.now(); });
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
