// The left side: channels, threads, and who one is.

import { $, avatar, h, toast } from "./dom.js";
import { ask } from "./link.js";
import { arrows, popup } from "./menu.js";
import { store } from "./store.js";

let goTo = () => {};
let become = () => {};

/** `open(channelId)` and `be(name)` do what is pressed here. */
export function setUp(open, be) {
  goTo = open;
  become = be;
}

/** Draw the channels; those with something new are bold. */
export function drawPlaces() {
  const tops = store.places.filter((item) => !item.parent);
  const under = (id) => store.places.filter((item) => item.parent === id && (!item.archived || item.id === store.channel));
  const focused = $("places").contains(document.activeElement) ? document.activeElement.dataset.key : null;
  $("places").replaceChildren(...tops.map((item) => h("li", {}, entry(item), h("ul", { class: "threads" }, under(item.id).map((one) => h("li", {}, entry(one)))))));
  if (focused) $("places").querySelector(`[data-key="${focused}"]`)?.focus();
}

function entry(item) {
  const open = item.id === store.channel;
  if (open) store.seen.set(item.id, item.last);
  const fresh = !open && BigInt(item.last) > BigInt(store.seen.get(item.id) ?? "0");
  const mark = item.parent ? (item.locked ? "🔒" : "↳") : "#";
  const button = h("button", { class: ["place", open && "open", fresh && "fresh"].filter(Boolean).join(" "), type: "button", "data-key": item.id, "aria-current": open ? "page" : null, onclick: () => goTo(item.id) }, h("span", { class: "mark", "aria-hidden": "true" }, mark), h("span", { class: "name" }, item.name), fresh ? h("span", { class: "visually-hidden" }, " (new messages)") : null);
  if (!item.parent || !(item.may.threads || item.may.own)) return button;
  return h("span", { class: "place-line" }, button, h("button", { class: "quiet small", type: "button", "aria-label": `Thread ${item.name}: archive, lock, delete`, "aria-haspopup": "menu", onclick: (event) => threadMenu(item, event.currentTarget) }, "⋯"));
}

function threadMenu(item, anchor) {
  const acts = [["archive", "Archive"], ...(item.may.threads ? [[item.locked ? "unlock" : "lock", item.locked ? "Unlock" : "Lock"], ["delete", "Delete the thread"]] : [])];
  const rows = acts.map(([how, words]) => h("button", { class: how === "delete" ? "item danger" : "item", type: "button", role: "menuitem", onclick: () => (box.hidePopover(), ask("thread", { channel: item.id, how }).catch((error) => toast(error.message))) }, words));
  const box = popup("menu", { role: "menu", "aria-label": `Thread ${item.name}` }, anchor, null, rows);
  arrows(box, rows, 1);
  rows[0].focus();
}

/** Draw who one is. */
export function drawMe() {
  const me = store.me;
  if (!me) return;
  $("me").replaceChildren(h("button", { class: "me", type: "button", "aria-haspopup": "menu", "aria-label": `You are ${me.name}${me.word ? `, ${me.word}` : ""}. Be someone else`, onclick: (event) => people(event.currentTarget) }, avatar(me.name), h("span", { class: "words" }, h("strong", {}, me.name), h("small", {}, me.word || "member")), h("span", { class: "chevron", "aria-hidden": "true" })));
}

function people(anchor) {
  const folk = store.people.filter((one) => !one.bot);
  const rows = folk.map((one) => h("button", { class: "item person", type: "button", role: "menuitemradio", "aria-checked": String(one.id === store.me.id), onclick: () => (box.hidePopover(), become(one.name)) }, avatar(one.name), h("span", { class: "words" }, h("strong", {}, one.name), h("small", {}, one.word || "member"))));
  const tabs = folk.filter((one) => one.id !== store.me.id).map((one) => h("a", { class: "tab-link", href: `/#as=${encodeURIComponent(one.name)}`, target: "_blank", "aria-label": `Open a tab as ${one.name}` }, one.name));
  const box = popup("menu people", { role: "menu", "aria-label": "Be someone" }, anchor, null, h("p", { class: "menu-title" }, "Be someone"), rows, h("hr"), h("p", { class: "menu-title" }, "In a tab of their own"), h("p", { class: "tabs" }, tabs));
  arrows(box, [...rows, ...tabs], 1);
  (rows.find((row) => row.getAttribute("aria-checked") === "true") ?? rows[0]).focus();
}
