// Ticking all questions of a file at once; without a script they are ticked one by one.
"use strict";
for (const bar of document.querySelectorAll(".exchange-all")) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const wanted = event.target.dataset.tick;
    if (wanted === undefined) return;
    for (const box of bar.closest("form").querySelectorAll("[name=chosen], [name=copies]")) {
      box.checked = wanted === "sound" && "sound" in box.dataset;
    }
  });
}
