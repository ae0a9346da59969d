// A menu to choose from: for message menus, forms and command options. Works like a native select, but shows
// descriptions and emoji, and takes several.

import { h, newId } from "./dom.js";
import { store } from "./store.js";

/** The things that select menus 5 to 8 and command options 6 to 9 offer. */
export function things(kinds, channelTypes = null) {
  const found = [];
  if (kinds.includes("user")) found.push(...store.people.map((one) => ({ value: one.id, label: one.name, emoji: one.bot ? "🤖" : "👤", description: one.word || null })));
  if (kinds.includes("role")) found.push(...(store.bot.roles ?? []).map((role) => ({ value: role.id, label: role.name, emoji: "🏷️" })));
  if (kinds.includes("channel")) {
    const fits = (item) => !channelTypes?.length || channelTypes.includes(item.parent ? 11 : 0);
    found.push(...store.places.filter(fits).map((item) => ({ value: item.id, label: item.name, emoji: item.parent ? "🧵" : "#" })));
  }
  return found;
}

/**
 * `options`: an array, or a function that gives one when the menu opens. `done(values)` is called when the choice has
 * changed and the menu closes. The node's `chosen` holds the values.
 */
export function picker({ label, placeholder, options, least = 1, most = 1, chosen = [], disabled = false, done = () => {}, key = null, id = newId() }) {
  const list = () => (typeof options === "function" ? options() : options);
  const several = most > 1;
  const face = h("span", { class: "face" });
  const button = h("button", { type: "button", id, class: "picker", disabled, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": label, "data-key": key, onclick: open, onkeydown: onButtonKey }, face, h("span", { class: "chevron", "aria-hidden": "true" }));
  const box = h("div", { class: "listbox", role: "listbox", popover: "auto", tabindex: "-1", "aria-label": label, "aria-multiselectable": several, onkeydown: onKey });
  const node = h("span", { class: "picker-wrap" }, button, box);
  node.chosen = [...chosen];
  let active = 0;
  let before = "";
  let rows = [];

  function draw() {
    const by = new Map(list().map((item) => [String(item.value), item]));
    const named = node.chosen.map((value) => by.get(String(value))).filter(Boolean);
    face.replaceChildren(...(named.length ? named.map((item) => h("span", { class: several ? "tag" : "" }, item.emoji ? `${emojiText(item.emoji)} ` : "", item.label)) : [h("span", { class: "placeholder" }, placeholder)]));
    button.setAttribute("aria-label", named.length ? `${label}: ${named.map((item) => item.label).join(", ")}` : label);
  }

  function open() {
    if (box.matches(":popover-open")) return box.hidePopover();
    before = JSON.stringify(node.chosen);
    fill();
    box.showPopover();
    placeBelow(box, button);
    box.focus();
    return point(Math.max(0, rows.findIndex((row) => row.getAttribute("aria-selected") === "true")));
  }

  function fill() {
    rows = list().map((item, index) => {
      const selected = node.chosen.includes(String(item.value));
      return h("div", { class: "option", role: "option", id: newId(), "aria-selected": String(selected), "data-value": item.value, onclick: () => choose(index), onpointermove: () => point(index, false) },
        item.emoji ? h("span", { class: "emoji", "aria-hidden": "true" }, emojiText(item.emoji)) : null,
        h("span", { class: "words" }, h("span", {}, item.label), item.description ? h("small", {}, item.description) : null),
        h("span", { class: "tick", "aria-hidden": "true" }));
    });
    box.replaceChildren(...(rows.length ? rows : [h("p", { class: "empty" }, "Nothing to choose from.")]));
  }

  function point(index, scroll = true) {
    rows[active]?.classList.remove("active");
    active = Math.min(Math.max(index, 0), rows.length - 1);
    rows[active]?.classList.add("active");
    if (rows[active]) box.setAttribute("aria-activedescendant", rows[active].id);
    if (scroll) rows[active]?.scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    const value = rows[index]?.dataset.value;
    if (value === undefined) return;
    if (!several) {
      // Choosing what is chosen takes it back where nothing may be chosen too.
      node.chosen = node.chosen.includes(value) && least === 0 ? [] : [value];
      if (JSON.stringify(node.chosen) === before) before = "";
      box.hidePopover();
      return;
    }
    if (node.chosen.includes(value)) node.chosen = node.chosen.filter((item) => item !== value);
    else if (node.chosen.length < most) node.chosen = [...node.chosen, value];
    const marked = new Set(node.chosen);
    for (const row of rows) row.setAttribute("aria-selected", String(marked.has(row.dataset.value)));
    draw();
  }

  function onButtonKey(event) {
    if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      open();
    }
  }

  function onKey(event) {
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: rows.length - 1, PageDown: active + 6, PageUp: active - 6 };
    if (event.key in moves) point(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") choose(active);
    else if (event.key === "Tab") box.hidePopover();
    else if (event.key === "Escape") event.stopPropagation(), box.hidePopover();
    else if (event.key.length === 1) {
      const from = rows.findIndex((row, index) => index > active && starts(row, event.key));
      point(from >= 0 ? from : rows.findIndex((row) => starts(row, event.key)));
    } else return;
    event.preventDefault();
  }

  box.addEventListener("toggle", (event) => {
    const isOpen = event.newState === "open";
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) return;
    if (box.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    draw();
    if (JSON.stringify(node.chosen) !== before && node.chosen.length >= least) done(node.chosen);
  });
  draw();
  return node;
}

const starts = (row, letter) => row.querySelector(".words").textContent.toLowerCase().startsWith(letter.toLowerCase());

export const emojiText = (emoji) => (typeof emoji === "string" ? emoji : emoji.id ? `:${emoji.name}:` : emoji.name ?? "");

/** Put a popover under its button, or over it where there is more room. */
export function placeBelow(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const below = innerHeight - at.bottom;
  const width = Math.min(Math.max(at.width, 220), innerWidth - 16);
  box.style.setProperty("width", `${width}px`);
  box.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`);
  const up = below < 240 && at.top > below;
  box.style.setProperty("max-height", `${Math.max(120, Math.min(360, (up ? at.top : below) - 12))}px`);
  box.style.setProperty("top", up ? "auto" : `${at.bottom + 4}px`);
  box.style.setProperty("bottom", up ? `${innerHeight - at.top + 4}px` : "auto");
}
