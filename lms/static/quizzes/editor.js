// The form of a question holds the fields of all kinds and works without this file. It shows only those that the
// chosen kind uses, in the words of that kind, and lets places be drawn on the picture.
"use strict";
(() => {
  const fields = ["text", "match", "correct", "fraction", "tolerance", "area", "feedback"];
  const settings = ["partial_credit", "ignore_diacritics"];
  const oneRight = ["single", "true-false"];

  const begin = () => {
    const kind = document.getElementById("id_kind");
    const source = document.getElementById("question-words");
    const list = document.getElementById("id_options-FORMS");
    const add = document.getElementById("id_options-ADD");
    const stage = document.querySelector("[data-places]");
    if (!kind || !source || !list || !add) return;
    const words = JSON.parse(source.textContent);

    // --- Rows ----------------------------------------------------------------------------------------------
    const isGone = (row) => row.classList.contains("deleted") || row.querySelector("[name$='-DELETE']")?.value === "1";
    const rows = () => [...list.querySelectorAll(":scope > [data-inline-panel-child]")].filter((row) => !isGone(row));
    const input = (row, name) => row.querySelector(`[name$='-${name}']`);
    const wrapper = (element) => element?.closest(".w-panel__wrapper");
    const note = (element) => {
      element.dispatchEvent(new Event("input", { bubbles: true }));
      element.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const appended = () => {
      add.click();
      const row = rows().at(-1);
      speak(row);
      return row;
    };

    // --- The words of the kind --------------------------------------------------------------------------------
    const speak = (row) => {
      const said = words[kind.value];
      for (const name of fields) {
        const box = wrapper(input(row, name === "area" ? "area_x" : name));
        if (!box) continue;
        const label = said.fields[name];
        box.hidden = !label;
        if (!label) continue;
        const title = box.querySelector(".w-field__label");
        if (title) title.textContent = label.label[0].toLocaleUpperCase() + label.label.slice(1);
        const help = box.querySelector("[data-field-help]");
        if (help) {
          help.textContent = "";
          if (label.help) help.append(Object.assign(document.createElement("div"), { className: "help", textContent: label.help }));
        }
      }
      row.querySelectorAll(".w-field-row, .w-field__row, .field-row").forEach((line) => {
        line.hidden = [...line.querySelectorAll(".w-panel__wrapper")].every((box) => box.hidden);
      });
      const heading = row.querySelector("[data-inline-panel-child-count]")?.parentNode.firstChild;
      if (heading?.nodeType === Node.TEXT_NODE) heading.textContent = ` ${said.row} `;
      const text = input(row, "text");
      text.readOnly = said.fixed.includes(text.value);
    };
    const apply = () => {
      const said = words[kind.value];
      if (!said) return;
      const panel = list.closest(".question-answers, section");
      const heading = panel?.querySelector(".w-panel__heading [data-panel-heading-text]");
      if (heading) heading.textContent = said.heading;
      const help = panel?.querySelector(".help-block, .w-help-block");
      if (help) help.lastChild.textContent = said.help;
      for (const name of settings) {
        const box = wrapper(document.getElementById("id_" + name));
        if (box) box.hidden = !said.settings.includes(name);
      }
      rows().forEach(speak);
      const icon = add.querySelector("svg");
      add.textContent = " " + add.dataset.says.replace("[row]", said.row.toLocaleLowerCase());
      if (icon) add.prepend(icon);
      add.hidden = said.fixed.length > 0;
      if (said.fixed.length) fill(said.fixed);
      if (stage) draw();
    };
    // The answers of “true or false” are always the same. Rows with another text are left to the trainer.
    const fill = (texts) => {
      if (rows().some((row) => input(row, "text").value && !texts.includes(input(row, "text").value))) return;
      while (rows().length < texts.length) appended();
      rows().forEach((row, at) => {
        if (at >= texts.length) row.querySelector("[id$='-DELETE-button']").click();
        else if (!rows().some((each) => input(each, "text").value === texts[at])) {
          const free = rows().find((each) => !input(each, "text").value);
          if (free) { input(free, "text").value = texts[at]; note(input(free, "text")); }
        }
      });
      rows().forEach(speak);
    };
    list.addEventListener("change", (event) => {
      const box = event.target;
      if (!box.name?.endsWith("-correct") || !box.checked || !oneRight.includes(kind.value)) return;
      rows().map((row) => input(row, "correct")).filter((other) => other !== box && other.checked)
        .forEach((other) => { other.checked = false; note(other); });
    });
    new MutationObserver((changes) => {
      const fresh = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
      fresh.filter((node) => node.matches("[data-inline-panel-child]")).forEach(speak);
      if (fresh.length && stage) draw();
    }).observe(list, { childList: true });

    // --- Places on the picture: thousandths of its width and height --------------------------------------------
    const sides = ["x", "y", "w", "h"];
    const area = (row) => {
      const typed = sides.map((side) => input(row, "area_" + side)?.value);
      return typed.every((each) => each !== "" && each !== undefined) ? typed.map(Number) : null;
    };
    const put = (row, numbers) => {
      sides.forEach((side, at) => { input(row, "area_" + side).value = Math.round(numbers[at]); });
      note(input(row, "area_h"));
    };
    const clamp = (value, most) => Math.min(Math.max(value, 0), most);
    let shown = "";
    const draw = () => {
      const chosen = document.getElementById("id_image")?.value || "";
      stage.hidden = kind.value !== "hotspot";
      if (stage.hidden) return;
      if (shown !== chosen || !stage.firstChild) {
        shown = chosen;
        stage.textContent = "";
        if (!chosen) { stage.append(Object.assign(document.createElement("p"), { textContent: stage.dataset.none })); return; }
        const frame = Object.assign(document.createElement("div"), { className: "places-frame" });
        const image = Object.assign(document.createElement("img"), { src: stage.dataset.picture.replace("/0/", `/${chosen}/`), alt: "", draggable: false });
        frame.append(image);
        stage.append(frame, Object.assign(document.createElement("p"), { className: "help", textContent: stage.dataset.hint }));
        frame.addEventListener("pointerdown", grab);
      }
      const frame = stage.querySelector(".places-frame");
      if (!frame) return;
      frame.querySelectorAll(".place").forEach((each) => each.remove());
      rows().forEach((row, at) => {
        const numbers = area(row);
        if (numbers) frame.append(box(numbers, at + 1, input(row, "text").value, input(row, "correct").checked, row.id));
      });
    };
    const box = ([x, y, w, h], number, name, right, id) => {
      const place = Object.assign(document.createElement("div"), { className: "place " + (right ? "is-right" : "is-wrong") });
      Object.assign(place.style, { left: x / 10 + "%", top: y / 10 + "%", width: w / 10 + "%", height: h / 10 + "%" });
      place.dataset.row = id;
      place.title = (name || number) + ": " + (right ? stage.dataset.right : stage.dataset.wrong);
      place.append(Object.assign(document.createElement("span"), { textContent: number + (name ? " " + name : "") }));
      place.append(Object.assign(document.createElement("i"), { className: "corner" }));
      return place;
    };
    const grab = (event) => {
      if (event.button) return;
      event.preventDefault();
      const frame = event.currentTarget, size = frame.getBoundingClientRect();
      const at = (move) => [clamp((move.clientX - size.left) / size.width * 1000, 1000), clamp((move.clientY - size.top) / size.height * 1000, 1000)];
      const from = at(event), held = event.target.closest(".place");
      const row = held && document.getElementById(held.dataset.row), before = row && area(row);
      const resizes = event.target.matches(".corner");
      const rectangle = (to) => {
        if (!before) return [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
        const [x, y, w, h] = before, dx = to[0] - from[0], dy = to[1] - from[1];
        if (resizes) return [x, y, clamp(w + dx, 1000 - x) || 1, clamp(h + dy, 1000 - y) || 1];
        return [clamp(x + dx, 1000 - w), clamp(y + dy, 1000 - h), w, h];
      };
      const trace = before ? held : box([...from, 0, 0], "", "", false, "");
      if (!before) frame.append(trace);
      const follow = (move) => {
        const [x, y, w, h] = rectangle(at(move));
        Object.assign(trace.style, { left: x / 10 + "%", top: y / 10 + "%", width: w / 10 + "%", height: h / 10 + "%" });
      };
      const drop = (end) => {
        frame.removeEventListener("pointermove", follow);
        frame.removeEventListener("pointerup", drop);
        frame.removeEventListener("pointercancel", drop);
        const [x, y, w, h] = rectangle(at(end)).map(Math.round);
        const numbers = [x, y, Math.min(w, 1000 - x), Math.min(h, 1000 - y)];
        if (end.type === "pointerup" && numbers[2] >= 10 && numbers[3] >= 10) {
          const goal = row || rows().find((each) => !area(each)) || appended();
          put(goal, numbers);
          if (!row) input(goal, "text").focus({ preventScroll: true });
        }
        draw();
      };
      frame.setPointerCapture(event.pointerId);
      frame.addEventListener("pointermove", follow);
      frame.addEventListener("pointerup", drop);
      frame.addEventListener("pointercancel", drop);
    };
    if (stage) {
      list.addEventListener("input", draw);
      list.addEventListener("change", draw);
      list.addEventListener("click", () => setTimeout(draw, 300)); // a row was removed or moved
      document.getElementById("id_image")?.addEventListener("change", draw);
    }

    const svg = add.querySelector("svg");
    add.dataset.says = stage?.dataset.add || add.textContent.trim();
    if (svg) add.prepend(svg);
    kind.addEventListener("change", apply);
    apply();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
