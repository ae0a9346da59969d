// Fields of forms: pop-ups and commands share them. Each has `read()`, which gives its value or throws words.

import { bytes, h, newId } from "./dom.js";
import { handUp } from "./link.js";
import { store } from "./store.js";

/** A label with its description, around a field. */
export function labelled({ label, description, required, id, group = false }, ...field) {
  const star = required ? h("span", { class: "star", title: "required" }, " *") : null;
  const words = description ? h("p", { class: "hint", id: `${id}-hint` }, description) : null;
  const name = h(group ? "legend" : "label", group ? {} : { for: id }, label, star);
  const node = h(group ? "fieldset" : "div", { class: "field" }, name, words, ...field);
  node.addEventListener("input", () => clear(node));
  return node;
}

/** A text of one or more lines, with a counter. */
export function textField({ id = newId(), value = "", placeholder = "", least = 0, most = 4000, required = false, long = false, describedby = null, counted = true }) {
  const counter = h("span", { class: "counter", id: `${id}-count`, hidden: !counted });
  const input = h(long ? "textarea" : "input", { id, placeholder, required, maxlength: most, minlength: least || null, rows: long ? 6 : null, type: long ? null : "text", autocomplete: "off", "aria-describedby": [describedby, counted ? `${id}-count` : null].filter(Boolean).join(" ") });
  input.value = value;
  const count = () => {
    counter.textContent = `${input.value.length.toLocaleString()} of ${most.toLocaleString()}`;
    counter.classList.toggle("near", input.value.length > most * 0.9);
  };
  input.addEventListener("input", count);
  count();
  const node = h("div", { class: "text-field" }, input, counter);
  node.input = input;
  node.read = () => {
    const length = input.value.length;
    if (!length && !required) return "";
    if (!length) throw new FieldError(input, "This is needed.");
    if (length < least) throw new FieldError(input, `At least ${least} characters, please.`);
    return input.value;
  };
  return node;
}

/** Files: chosen, or dropped onto the field. */
export function fileField({ id = newId(), least = 0, most = 1, required = false, describedby = null }) {
  const chosen = [];
  const shown = h("ul", { class: "chosen" });
  const input = h("input", { type: "file", id, multiple: most > 1, class: "visually-hidden", "aria-describedby": describedby });
  const drop = h("div", { class: "drop" }, h("span", { class: "paper", "aria-hidden": "true" }, "📎"), h("span", {}, h("label", { for: id, class: "as-link" }, most > 1 ? "Choose files" : "Choose a file"), " or drop ", most > 1 ? `up to ${most} here` : "it here"), input);
  const node = h("div", { class: "file-field" }, drop, shown);

  const take = (files) => {
    for (const file of files) {
      if (file.size > store.bot.limit) {
        complain(node, `${file.name}: your files are too powerful (at most ${bytes(store.bot.limit)} each).`);
        continue;
      }
      if (most === 1) chosen.length = 0;
      if (chosen.length < most) chosen.push(file);
    }
    draw();
  };
  const draw = () => {
    shown.replaceChildren(...chosen.map((file) => h("li", {}, h("span", {}, file.name), h("small", {}, bytes(file.size)), h("button", { class: "quiet", type: "button", "aria-label": `Take ${file.name} away`, onclick: () => (chosen.splice(chosen.indexOf(file), 1), draw(), input.focus()) }, "✕"))));
  };
  input.addEventListener("change", () => {
    clear(node);
    take(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => (event.preventDefault(), event.stopPropagation(), drop.classList.add("over")));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    clear(node);
    take(event.dataTransfer.files);
  });
  node.take = take;
  node.input = input;
  node.read = async () => {
    if (!chosen.length && !required) return [];
    if (chosen.length < Math.max(least, required ? 1 : 0)) throw new FieldError(input, least > 1 ? `At least ${least} files, please.` : "A file is needed.");
    return Promise.all(chosen.map(handUp));
  };
  return node;
}

/** Radio buttons or check boxes. */
export function choices({ options, several, chosen = [], least = 0, most = 1, required = false }) {
  const name = newId();
  const boxes = options.map((option) => {
    const id = newId();
    const input = h("input", { type: several ? "checkbox" : "radio", id, name, value: option.value });
    input.checked = chosen.includes(option.value) || option.default === true;
    return { input, node: h("div", { class: "choice" }, input, h("label", { for: id }, option.label, option.description ? h("small", {}, option.description) : null)) };
  });
  const node = h("div", { class: "choices" }, boxes.map((box) => box.node));
  node.read = () => {
    const values = boxes.filter((box) => box.input.checked).map((box) => box.input.value);
    const fewest = required ? Math.max(1, least) : least;
    if (values.length < fewest && (required || values.length)) throw new FieldError(boxes[0]?.input ?? node, fewest > 1 ? `Choose at least ${fewest}.` : "Choose one.");
    if (several && values.length > most) throw new FieldError(boxes[0].input, `Choose at most ${most}.`);
    return several ? values : values[0] ?? null;
  };
  return node;
}

/** What is wrong with a field, in words. */
export class FieldError extends Error {
  constructor(input, words) {
    super(words);
    this.input = input;
  }
}

/** Show what is wrong under the field. */
export function complain(node, words) {
  const field = node.closest?.(".field") ?? node;
  clear(field);
  const id = newId();
  field.append(h("p", { class: "failure", role: "alert", id }, words));
}

export function clear(node) {
  for (const old of (node.closest?.(".field") ?? node).querySelectorAll(":scope > .failure")) old.remove();
}
