// Pop-up forms that the bot opens.

import { dialog, h, newId } from "./dom.js";
import { FieldError, choices, clear, complain, fileField, labelled, textField } from "./fields.js";
import { ask } from "./link.js";
import { markdown } from "./markdown.js";
import { picker, things } from "./picker.js";
import { store } from "./store.js";

const KINDS = { 5: ["user"], 6: ["role"], 7: ["user", "role"], 8: ["channel"] };

/** Open a form; it closes once the bot has taken it, or with Escape. */
export function openForm(form) {
  const fields = [];
  const body = form.components.flatMap((item) => part(item, form, fields));
  const failure = h("p", { class: "failure", role: "alert", hidden: true });
  const send = h("button", { class: "button primary", type: "submit" }, "Submit");
  const sheet = h("form", { novalidate: true },
    h("header", {}, h("h2", {}, form.title), h("button", { class: "quiet", type: "button", "aria-label": "Close", onclick: () => node.close() }, "✕")),
    h("div", { class: "form-body" }, body, failure),
    h("footer", {}, h("p", { class: "hint" }, `This form goes to ${store.bot.name}.`), h("button", { class: "button secondary", type: "button", onclick: () => node.close() }, "Cancel"), send));
  const node = dialog(form.title, "form", sheet);

  sheet.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Not disabled: that would take the focus away.
    if (send.hasAttribute("aria-busy")) return;
    failure.hidden = true;
    let values;
    send.setAttribute("aria-busy", "true");
    try {
      values = await readAll(fields);
      if (values === null) return;
      const done = await ask("submit", { modal: form.id, values });
      if (done.failed) throw new Error(done.failed);
      node.close();
      if (done.modal) openForm(done.modal);
    } catch (error) {
      failure.textContent = error.message;
      failure.hidden = false;
    } finally {
      send.removeAttribute("aria-busy");
    }
  });
  (sheet.querySelector(".form-body input:not(.visually-hidden), .form-body textarea, .form-body button") ?? send).focus();
}

/** All fields' values by custom id; null when one is wrong (it says so itself). */
async function readAll(fields) {
  const values = {};
  let wrong = null;
  for (const field of fields) {
    clear(field.node);
    try {
      values[field.custom_id] = await field.read();
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      complain(field.node, error.message);
      wrong ??= error.input;
    }
  }
  wrong?.focus();
  return wrong ? null : values;
}

function part(item, form, fields) {
  if (item.type === 10) return [h("div", { class: "md" }, markdown(item.content))];
  if (item.type === 18) return [field(item.label, item.description, item.component, form, fields)];
  if (item.type === 1) return item.components.map((child) => field(child.label ?? "", "", child, form, fields));
  return [];
}

function field(label, description, item, form, fields) {
  const id = newId();
  const required = item.required !== false;
  const least = form.least[item.custom_id];
  const most = form.most[item.custom_id];
  const describedby = description ? `${id}-hint` : null;
  const control = made(item, { id, label, required, least, most, describedby });
  const group = item.type === 21 || item.type === 22;
  const shown = item.type === 23 ? { label: "", description: "", id, required: false } : { label, description, required, id, group };
  const node = item.type === 23 ? h("div", { class: "field" }, control.node) : labelled(shown, control.node);
  fields.push({ custom_id: item.custom_id, node, read: control.read });
  return node;

  function made(component, about) {
    switch (component.type) {
      case 4: {
        const text = textField({ ...about, value: component.value ?? "", placeholder: component.placeholder ?? "", long: component.style === 2 });
        return { node: text, read: text.read };
      }
      case 19: {
        const files = fileField(about);
        return { node: files, read: files.read };
      }
      case 21:
      case 22: {
        const boxes = choices({ ...about, options: component.options, several: component.type === 22 });
        return { node: boxes, read: boxes.read };
      }
      case 23: {
        const input = h("input", { type: "checkbox", id });
        input.checked = component.default === true;
        const box = h("div", { class: "choice" }, input, h("label", { for: id }, label, description ? h("small", {}, description) : null));
        return { node: box, read: () => input.checked };
      }
      default:
        return menu(component, about);
    }
  }
}

function menu(item, { id, label, required, least, most }) {
  const text = item.type === 3;
  const node = picker({
    id,
    label,
    placeholder: item.placeholder || "Make a selection",
    options: text ? item.options : () => things(KINDS[item.type] ?? [], item.channel_types),
    least: required ? least : 0,
    most,
    chosen: text ? item.options.filter((option) => option.default).map((option) => option.value) : (item.default_values ?? []).map((value) => value.id),
  });
  const read = () => {
    if (node.chosen.length < (required ? least : 0)) throw new FieldError(node.querySelector("button"), least > 1 ? `Choose at least ${least}.` : "Choose something.");
    return node.chosen;
  };
  return { node, read };
}
