// The form of an annotated screen works without this file: each spot has fields for its place in per cent. With it the
// picture stands above the spots, and they are placed by clicking on it, dragged, or moved with the arrow keys.
"use strict";
(() => {
  const clamp = (value) => Math.min(Math.max(Math.round(value), 0), 100);
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  class Stage {
    constructor(block, { picture, says }) {
      this.spots = block.childBlocks.spots;
      this.address = picture;
      this.says = says;
      this.image = block.container[0].querySelector(`input[name="${block.prefix}-image"]`);
      this.element = make("div", { className: "spots-stage" });
      this.spots.container[0].before(this.element);
      this.image.addEventListener("change", () => this.show());
      this.spots.container[0].addEventListener("input", (event) => {
        if (/-[xy]$/.test(event.target.name)) this.draw();
      });
      // Spots are added, deleted, moved and dragged in the list: whatever happens there, the numbers follow. A click on
      // one of the list's own buttons goes no further than the button, so it is heard on its way down.
      new MutationObserver(() => this.draw()).observe(this.spots.sequenceContainer[0], { childList: true });
      this.spots.container[0].addEventListener("click", () => setTimeout(() => this.draw()), true);
      this.show();
    }

    input(spot, side) {
      return spot.element.querySelector(`input[name="${spot.block.prefix}-${side}"]`);
    }

    place(spot) {
      const typed = ["x", "y"].map((side) => this.input(spot, side).value.trim());
      return typed.includes("") ? null : typed.map((number) => clamp(Number(number)));
    }

    put(spot, place) {
      ["x", "y"].forEach((side, at) => {
        const input = this.input(spot, side);
        input.value = clamp(place[at]);
        for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
      });
    }

    show() {
      const chosen = this.image.value;
      this.element.textContent = "";
      this.frame = null;
      if (!chosen) {
        this.element.append(make("p", { className: "help", textContent: this.says.none }));
        return;
      }
      this.frame = make("div", { className: "places-frame" });
      this.frame.append(make("img", { src: this.address.replace("/0/", `/${chosen}/`), alt: "", draggable: false }));
      this.frame.addEventListener("click", (event) => this.click(event));
      this.note = make("p", { className: "help", textContent: this.says.hint });
      this.note.setAttribute("role", "status");
      this.element.append(this.frame, this.note);
      this.draw();
    }

    draw() {
      if (!this.frame) return;
      const held = document.activeElement?.closest?.(".spot-mark");
      const focused = held && this.frame.contains(held) ? held.spot : null;
      this.frame.querySelectorAll(".spot-mark").forEach((mark) => mark.remove());
      this.spots.children.forEach((spot, at) => {
        const place = this.place(spot);
        if (!place) return;
        const mark = this.mark(spot, at + 1, place);
        this.frame.append(mark);
        if (spot === focused) mark.focus({ preventScroll: true });
      });
    }

    mark(spot, number, [x, y]) {
      const mark = make("button", { type: "button", className: "spot-mark", textContent: number, spot });
      const text = spot.element.querySelector(`[name="${spot.block.prefix}-text"]`).value;
      mark.setAttribute("aria-label", `${this.says.spot.replace("[number]", number)} ${text}`);
      Object.assign(mark.style, { left: `${x}%`, top: `${y}%` });
      mark.addEventListener("click", (event) => event.stopPropagation());
      mark.addEventListener("keydown", (event) => {
        const step = STEPS[event.key];
        if (!step) return;
        event.preventDefault();
        const from = this.place(spot);
        this.put(spot, step.map((by, at) => from[at] + by * (event.shiftKey ? 5 : 1)));
      });
      mark.addEventListener("pointerdown", (event) => this.drag(event, mark));
      return mark;
    }

    at(event) {
      const size = this.frame.getBoundingClientRect();
      return [(event.clientX - size.left) / size.width * 100, (event.clientY - size.top) / size.height * 100].map(clamp);
    }

    drag(event, mark) {
      if (event.button) return;
      mark.setPointerCapture(event.pointerId);
      const follow = (move) => {
        const [x, y] = this.at(move);
        Object.assign(mark.style, { left: `${x}%`, top: `${y}%` });
        mark.moved = true;
      };
      const drop = (end) => {
        mark.removeEventListener("pointermove", follow);
        if (mark.moved && end.type === "pointerup") this.put(mark.spot, this.at(end));
        else this.draw();
      };
      mark.addEventListener("pointermove", follow);
      mark.addEventListener("pointerup", drop, { once: true });
      mark.addEventListener("pointercancel", drop, { once: true });
    }

    // The first spot without a place gets it; when all have one, a new spot does.
    click(event) {
      const place = this.at(event);
      let spot = this.spots.children.find((each) => !this.place(each));
      if (!spot) {
        const most = this.spots.blockDef.meta.maxNum;
        if (this.spots.children.length >= most) {
          this.note.textContent = this.says.full;
          return;
        }
        spot = this.spots.insert(this.spots.blockDef.initialChildState, this.spots.children.length, { animate: false });
      }
      this.put(spot, place);
      spot.element.querySelector(`[name="${spot.block.prefix}-text"]`).focus({ preventScroll: true });
    }
  }

  class ScreenCard extends window.wagtailStreamField.blocks.StructBlockDefinition {
    render(placeholder, prefix, initialState, initialError) {
      const block = super.render(placeholder, prefix, initialState, initialError);
      new Stage(block, this.meta);
      return block;
    }
  }
  window.telepath.register("courses.cards.ScreenCard", ScreenCard);
})();
