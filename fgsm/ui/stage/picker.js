// Picking: a page of thumbnails at a time, one class or all, by mouse, touch or keyboard.

const CLASS_SIZE = 100;
const COLUMNS = 8;
const PAGE = 48;

class Picker {
  /** @param {(source: string, index: number) => void} onPick */
  constructor(element, { sprite }, onPick) {
    this.find = (selector) => element.querySelector(selector);
    this.onPick = onPick;
    this.thumbnails = this.find(".thumbnails");
    this.thumbnails.style.setProperty("--sprite", `url("${sprite}")`);
    this.only = null; // the class shown; null for all
    this.page = 0;
    this.picked = null; // the index picked of the built-in digits

    const chips = [null, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = digit ?? "all";
      chip.onclick = () => this.show(digit, 0);
      return chip;
    });
    this.find(".classes").replaceChildren(...chips);
    this.find(".previous").onclick = () => this.turn(-1);
    this.find(".next").onclick = () => this.turn(1);
    this.find(".random").onclick = () => this.random();
    this.thumbnails.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.pick(Number(button.dataset.index));
    });
    this.thumbnails.addEventListener("keydown", (event) => this.walk(event));

    const number = this.find(".by-number");
    number.querySelector("input").addEventListener("change", (event) => {
      const { value, validity } = event.target;
      // What is not a number is refused by the server, like one that is too large.
      if (value !== "" || validity.badInput) this.choose("test", value === "" ? null : Number(value));
    });
    this.show(null, 0);
  }

  /** The indexes shown, of all pages: class by class, or one of each class in turn. */
  get indexes() {
    return Array.from({ length: this.only === null ? 10 * CLASS_SIZE : CLASS_SIZE }, (_, i) =>
      this.only === null ? (i % 10) * CLASS_SIZE + Math.floor(i / 10) : this.only * CLASS_SIZE + i,
    );
  }

  show(only, page) {
    this.only = only;
    const pages = Math.ceil(this.indexes.length / PAGE);
    this.page = (page + pages) % pages;
    const shown = this.indexes.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.thumbnails.replaceChildren(...shown.map((index) => {
      const row = Math.floor(index / CLASS_SIZE);
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.index = index;
      button.ariaLabel = `A ${row}, number ${index}`;
      const column = index % CLASS_SIZE;
      button.style.backgroundPosition = `${(column / (CLASS_SIZE - 1)) * 100}% ${(row / 9) * 100}%`;
      return button;
    }));
    [...this.find(".classes").children].forEach((chip, i) => {
      chip.ariaPressed = String((i === 0 ? null : i - 1) === only);
    });
    this.find(".page").textContent = `${this.page + 1} / ${pages}`;
    this.mark();
  }

  turn(by) {
    this.show(this.only, this.page + by);
  }

  /** Say which thumbnail is picked; the keyboard enters the grid there. */
  mark() {
    const buttons = [...this.thumbnails.children];
    const current = buttons.find((button) => Number(button.dataset.index) === this.picked);
    for (const button of buttons) {
      button.tabIndex = button === (current ?? buttons[0]) ? 0 : -1;
      if (button === current) button.ariaCurrent = "true";
      else button.removeAttribute("aria-current");
    }
  }

  pick(index) {
    this.choose("builtin", index);
  }

  choose(source, index) {
    this.showPicked(source, index);
    this.onPick(source, index);
  }

  /** Mark what is picked, be it by us or not. */
  showPicked(source, index) {
    this.picked = source === "builtin" ? index : null;
    this.find(".by-number input").value = source === "test" ? index : "";
    this.mark();
  }

  random() {
    const all = this.indexes;
    const index = all[Math.floor(Math.random() * all.length)];
    const hadFocus = this.thumbnails.contains(document.activeElement);
    this.reveal(index);
    this.pick(index);
    if (hadFocus) this.thumbnail(index).focus(); // the one that had it is gone
  }

  /** Turn to the page of a built-in digit. */
  reveal(index) {
    if (!this.indexes.includes(index)) this.only = null;
    this.show(this.only, Math.floor(this.indexes.indexOf(index) / PAGE));
  }

  thumbnail(index) {
    return this.thumbnails.querySelector(`[data-index="${index}"]`);
  }

  /** Arrow keys pick the neighbour, on the next page if need be. */
  walk(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = this.indexes;
    const here = all.indexOf(Number(event.target.dataset.index));
    const next = here + step;
    if (next < 0 || next >= all.length) return;
    this.show(this.only, Math.floor(next / PAGE));
    this.thumbnail(all[next]).focus();
    this.pick(all[next]);
  }
}
