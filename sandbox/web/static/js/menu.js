// A message's menu (apps, copying, deleting) and the choice of a reaction.

import { h, toast } from "./dom.js";
import { command } from "./interact.js";
import { ask } from "./link.js";
import { here, store } from "./store.js";
import { beginThread } from "./thread.js";

const EMOJI = "👍 👎 ❤️ 😂 😮 😢 🎉 🔥 👀 ✅ ❌ 🙏 1️⃣ 2️⃣ 3️⃣ 4️⃣ 5️⃣ 6️⃣ 7️⃣ 8️⃣ 9️⃣ 🐉 ⚔️ 🏰 🌙 ⭐ 🎬 🍿 🎭 🎨 📖 ✏️ 💡 🚀 🤔 😍 😎 🥳 😴 👏 💯 🫡".split(" ");

export async function toggleReaction(message, emoji) {
  try {
    await ask("react", { message, emoji });
  } catch (error) {
    toast(error.message);
  }
}

/** Reactions to choose from, and a field for any other. */
export function reactionPicker(id, anchor, point = null) {
  const other = h("input", { type: "text", "aria-label": "Another emoji", placeholder: "Another emoji", maxlength: "30" });
  const give = (emoji) => {
    box.hidePopover();
    if (emoji) toggleReaction(id, emoji);
  };
  const grid = EMOJI.map((emoji) => h("button", { class: "quiet emoji", type: "button", "aria-label": emoji, onclick: () => give(emoji) }, emoji));
  other.addEventListener("keydown", (event) => event.key === "Enter" && give(other.value.trim()));
  const box = popup("emoji-box", { role: "dialog", "aria-label": "Add a reaction" }, anchor, point, h("div", { class: "emoji-grid" }, grid), other);
  arrows(box, grid, 7);
  grid[0].focus();
}

/** The menu of a message, at the pointer or under its button. */
export function openMenu(id, anchor, point = null) {
  const message = store.messages.get(id);
  if (!message) return;
  const may = here()?.may ?? {};
  const run = (act) => () => {
    box.hidePopover();
    Promise.resolve(act()).catch((error) => toast(error.message));
  };
  const item = (words, act, danger = false) => h("button", { class: danger ? "item danger" : "item", type: "button", role: "menuitem", tabindex: "-1", onclick: run(act) }, words);
  const apps = message.ephemeral || !may.commands || message.type === 18 ? [] : store.commands.menus.map((name) => item(name, () => command("menu", { message: id, name })));
  const mine = message.author.id === store.me?.id;
  const rows = [
    ...Object.entries(acts(message)).map(([words, act]) => item(words, act)),
    item("Add a reaction…", () => reactionPicker(id, anchor, point)),
    item("Copy the text", () => navigator.clipboard.writeText(plain(id, message))),
    item("Copy the id", () => navigator.clipboard.writeText(id)),
    may.moderate && message.reactions.length ? item("Clear the reactions", () => ask("clear", { message: id }), true) : null,
    mine || may.moderate || message.ephemeral ? item(message.ephemeral ? "Dismiss" : "Delete the message", () => ask("delete", { message: id }), true) : null,
  ].filter(Boolean);
  const shown = [apps.length ? h("p", { class: "menu-title", role: "presentation" }, "Apps") : null, apps, apps.length ? h("hr") : null, rows].flat().filter(Boolean);
  const box = popup("menu", { role: "menu", "aria-label": "Message" }, anchor, point, shown);
  const items = [...apps, ...rows];
  arrows(box, items, 1);
  items[0].focus();
}

const write = (kind, id) => dispatchEvent(new CustomEvent("write-about", { detail: { kind, id } }));

/** What one can write about a message, and do; the words begin with what the keyboard has for it. */
export function acts(message) {
  const may = here()?.may ?? {};
  const mine = message.author.id === store.me?.id;
  return {
    ...(message.written && may.reply ? { Reply: () => write("reply", message.id) } : {}),
    ...(message.written && mine ? { "Edit the message": () => write("edit", message.id) } : {}),
    ...(message.written && may.begin_thread && !message.thread ? { "Start a thread": () => beginThread(message) } : {}),
  };
}

/** The same by one key on a message: R, E, T. Gives whether there was something to do. */
export function byKey(key, id) {
  const message = store.messages.get(id);
  const found = message && Object.entries(acts(message)).find(([words]) => ({ r: "Reply", e: "Edit the message", t: "Start a thread" })[key] === words);
  found?.[1]();
  return Boolean(found);
}

const plain = (id, message) => message.content || document.querySelector(`li[data-id="${id}"] .body`)?.innerText || "";

/** A popover that is gone when it closes, with the focus back where it was. */
export function popup(className, props, anchor, point, ...children) {
  const box = h("div", { class: className, popover: "auto", ...props }, ...children);
  const host = anchor?.closest("dialog") ?? document.body;
  host.append(box);
  box.showPopover();
  const at = point ? { left: point.x, right: point.x, top: point.y, bottom: point.y } : anchor.getBoundingClientRect();
  const width = box.offsetWidth;
  const height = box.offsetHeight;
  const left = point ? at.left : at.right - width;
  const top = at.bottom + 4 + height > innerHeight ? at.top - height - 4 : at.bottom + 4;
  box.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
  box.style.setProperty("top", `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`);
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const lost = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    if (lost) (anchor?.isConnected && anchor.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ? anchor : anchor?.closest("li"))?.focus();
  });
  return box;
}

/** Arrow keys among items that stand in `columns`. */
export function arrows(box, items, columns) {
  box.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    if (at < 0) return;
    const steps = { ArrowDown: columns, ArrowUp: -columns, ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}) };
    if (event.key === "Home" || event.key === "End") items.at(event.key === "Home" ? 0 : -1).focus();
    else if (event.key in steps) items[(at + steps[event.key] + items.length) % items.length].focus();
    else return;
    event.preventDefault();
  });
}
