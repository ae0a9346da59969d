// Slash commands: the list while typing, and the form of a command's options.

import { h, newId } from "./dom.js";
import { FieldError, clear, complain, fileField, labelled, textField } from "./fields.js";
import { command } from "./interact.js";
import { ask } from "./link.js";
import { picker, placeBelow, things } from "./picker.js";
import { store } from "./store.js";

const KINDS = { 6: ["user"], 7: ["channel"], 8: ["role"], 9: ["user", "role"] };

/** The commands whose words begin with, or hold, what was typed. */
export function matching(text) {
  const wanted = text.replace(/^\//, "").toLowerCase().trimEnd();
  return store.commands.slash.filter((item) => item.name.includes(wanted)).sort((a, b) => b.name.startsWith(wanted) - a.name.startsWith(wanted));
}

/** The form of a command. `done()` is called when it was sent or given up. */
export function commandForm(item, channel, done) {
  const fields = new Map();
  const run = h("button", { class: "button primary", type: "submit" }, "Run");
  const failure = h("p", { class: "failure", role: "alert", hidden: true });
  const rows = item.options.map((option) => {
    const made = optionField(option, item, channel, () => soFar(fields, option.name));
    fields.set(option.name, { option, ...made });
    return made.node;
  });
  const node = h("form", { class: "command-form", novalidate: true, "aria-label": `/${item.name}` },
    h("header", {}, h("strong", {}, `/${item.name}`), h("span", { class: "hint" }, item.description), h("button", { class: "quiet", type: "button", "aria-label": "Close", onclick: done }, "✕")),
    rows.length ? h("div", { class: "options" }, rows) : null,
    failure,
    h("footer", {}, h("span", { class: "hint wide-only" }, "Enter runs it, Escape closes it"), h("span", { class: "grow" }), h("button", { class: "button secondary", type: "button", onclick: done }, "Cancel"), run));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    done();
  });
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Not disabled: that would take the focus away.
    if (run.hasAttribute("aria-busy")) return;
    failure.hidden = true;
    run.setAttribute("aria-busy", "true");
    try {
      const options = await readAll(fields);
      if (options === null) return;
      await command("slash", { channel, command: item.name, options });
      done();
    } catch (error) {
      failure.textContent = error.message;
      failure.hidden = false;
    } finally {
      run.removeAttribute("aria-busy");
    }
  });
  node.begin = () => (node.querySelector(".options input:not(.visually-hidden), .options button") ?? run).focus();
  // A file dropped anywhere on the form goes to its first file option.
  const file = [...fields.values()].find((field) => field.option.type === 11);
  node.dropped = (files) => (file ? (file.take(files), true) : false);
  return node;
}

async function readAll(fields) {
  const values = {};
  let wrong = null;
  for (const [name, field] of fields) {
    clear(field.node);
    try {
      const value = await field.read();
      if (value !== null && value !== "") values[name] = value;
      else if (field.option.required) throw new FieldError(field.input(), "This is needed.");
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      complain(field.node, error.message);
      wrong ??= error.input;
    }
  }
  wrong?.focus();
  return wrong ? null : values;
}

/** What is filled in besides the option that is being completed (files are not sent for that). */
function soFar(fields, except) {
  const values = {};
  for (const [name, field] of fields) {
    if (name === except || field.option.type === 11) continue;
    const value = field.peek?.();
    if (value !== null && value !== undefined && value !== "") values[name] = value;
  }
  return values;
}

function optionField(option, item, channel, others) {
  const id = newId();
  const about = { label: option.name, description: option.description, required: option.required, id };
  const describedby = `${id}-hint`;
  if (option.type === 11) {
    const field = fileField({ id, required: option.required, describedby });
    return { node: labelled(about, field), read: async () => (await field.read())[0] ?? null, input: () => field.input, take: field.take };
  }
  const listed = option.type === 5 ? [{ value: "true", label: "True" }, { value: "false", label: "False" }] : option.choices?.map((choice) => ({ value: String(choice.value), label: choice.name }));
  if (listed || KINDS[option.type]) {
    const menu = picker({ id, label: option.name, placeholder: "Choose", options: listed ?? (() => things(KINDS[option.type], option.channel_types)), least: option.required ? 1 : 0 });
    const peek = () => (menu.chosen.length ? typed(option, menu.chosen[0]) : null);
    return { node: labelled(about, menu), read: peek, peek, input: () => menu.querySelector("button") };
  }
  const text = textField({ id, required: option.required, least: option.min_length ?? 0, most: option.max_length ?? (option.type === 3 ? 6000 : 20), describedby, counted: option.max_length !== undefined });
  if (option.type !== 3) text.input.setAttribute("inputmode", option.type === 4 ? "numeric" : "decimal");
  const peek = () => (text.input.value === "" ? null : typed(option, text.input.value));
  const read = () => {
    const value = text.read();
    return value === "" ? null : number(option, value, text.input);
  };
  const node = labelled(about, text);
  if (option.autocomplete) complete(text, option, item, channel, others);
  return { node, read, peek, input: () => text.input };
}

function typed(option, value) {
  if (option.type === 5) return value === "true";
  return option.type === 4 || option.type === 10 ? Number(value) : value;
}

function number(option, value, input) {
  if (option.type === 3) return input.dataset.value ?? value;
  const found = Number(value);
  if (!Number.isFinite(found) || (option.type === 4 && !Number.isInteger(found))) throw new FieldError(input, option.type === 4 ? "A whole number, please." : "A number, please.");
  if ((option.min_value !== undefined && found < option.min_value) || (option.max_value !== undefined && found > option.max_value)) throw new FieldError(input, `From ${option.min_value ?? "…"} to ${option.max_value ?? "…"}, please.`);
  return found;
}

/** Suggestions of the bot while one types. */
function complete(field, option, item, channel, others) {
  const input = field.input;
  const box = h("div", { class: "listbox suggestions", role: "listbox", id: `${input.id}-list`, "aria-label": `Suggestions for ${option.name}`, popover: "manual" });
  field.append(box);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": box.id })) input.setAttribute(name, value);
  let rows = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  const show = (open) => {
    if (open !== box.matches(":popover-open")) box.togglePopover(open);
    if (open) placeBelow(box, input);
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  };
  const point = (index) => {
    rows[active]?.classList.remove("active");
    active = rows.length ? (index + rows.length) % rows.length : -1;
    rows[active]?.classList.add("active");
    if (rows[active]) input.setAttribute("aria-activedescendant", rows[active].id);
    rows[active]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (choice) => {
    input.value = choice.name;
    input.dataset.value = choice.value;
    show(false);
  };
  const look = async () => {
    const mine = ++asked;
    let words = null;
    let found = [];
    try {
      found = await ask("autocomplete", { channel, command: item.name, option: option.name, value: input.value, options: others() });
    } catch (error) {
      words = error.message;
    }
    if (mine !== asked || document.activeElement !== input) return;
    rows = found.map((choice) => h("div", { class: "option", role: "option", id: newId(), "aria-selected": "false", onmousedown: (event) => (event.preventDefault(), choose(choice)) }, h("span", { class: "words" }, choice.name)));
    rows.forEach((row, index) => (row.choice = found[index]));
    active = -1;
    box.replaceChildren(...(rows.length ? rows : [h("p", { class: words ? "failure" : "empty" }, words ?? "Nothing fits.")]));
    show(true);
  };
  input.addEventListener("input", () => {
    delete input.dataset.value;
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
  input.addEventListener("focus", look);
  input.addEventListener("blur", () => (asked++, show(false)));
  input.addEventListener("keydown", (event) => {
    if (!box.matches(":popover-open")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") point(active + (event.key === "ArrowDown" ? 1 : -1));
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
      choose(rows[active].choice);
      if (event.key === "Tab") return;
    } else if (event.key === "Escape") show(false);
    else return;
    event.preventDefault();
  });
}

