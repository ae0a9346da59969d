// The messages of the open channel: drawn part by part, so that what has not changed stays as it is (a film goes on).

import { $, announce, avatar, h } from "./dom.js";
import { components } from "./components.js";
import { embed } from "./embed.js";
import { ask } from "./link.js";
import { markdown } from "./markdown.js";
import { attachment } from "./media.js";
import { byKey, openMenu, reactionPicker, toggleReaction } from "./menu.js";
import { store } from "./store.js";
import { stamp } from "./time.js";

const TOGETHER = 7 * 60 * 1000;
const nodes = new Map();
let goTo = () => {};

export function setUp(open) {
  goTo = open;
  const list = $("messages");
  list.addEventListener("keydown", onKey);
  list.addEventListener("contextmenu", onContext);
  list.addEventListener("focusin", (event) => rove(event.target.closest("li.message")));
  $("scroll").addEventListener("scroll", () => {
    if (atEnd()) $("to-end").hidden = true;
  });
  $("to-end").addEventListener("click", toEnd);
  $("more").addEventListener("click", () => ask("more"));
  // Pictures that arrive late push the end away: stay there when one was there.
  new ResizeObserver(() => sticking && toEnd()).observe(list);
}

let sticking = true;
const atEnd = () => {
  const box = $("scroll");
  return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
};

export function toEnd() {
  const box = $("scroll");
  box.scrollTop = box.scrollHeight;
  sticking = true;
}

/** Take in what the sandbox tells of the messages. */
export function take({ channel, whole, set, gone, more }) {
  if (channel !== store.channel) return;
  const wasAtEnd = whole || atEnd();
  const older = !whole && set.length && nodes.size && BigInt(set[0].id) < BigInt([...store.messages.keys()][0] ?? "0");
  const height = $("scroll").scrollHeight;
  if (whole) {
    nodes.clear();
    store.messages.clear();
    $("messages").replaceChildren();
  }
  const known = new Set(store.messages.keys());
  for (const id of gone) {
    store.messages.delete(id);
    nodes.get(id)?.node.remove();
    nodes.delete(id);
  }
  for (const message of set) store.messages.set(message.id, message);
  const order = [...store.messages.keys()].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  store.messages = new Map(order.map((id) => [id, store.messages.get(id)]));
  drawAll(order);
  $("more").hidden = !more;
  if (!whole) for (const message of set) if (!known.has(message.id) && !older) heard(message);
  sticking = wasAtEnd;
  if (wasAtEnd) toEnd();
  else if (older) $("scroll").scrollTop += $("scroll").scrollHeight - height;
  else if (set.some((message) => !known.has(message.id))) $("to-end").hidden = false;
}

/** Draw one message again, because something that only this page knows has changed. */
export function redraw(id) {
  if (nodes.has(id)) draw(id, store.messages.get(id), nodes.get(id).compact);
}

function heard(message) {
  if (message.author.id === store.me?.id) return;
  const words = [message.content, ...message.embeds.map((one) => one.title ?? one.description ?? "")].join(" ").trim();
  const inside = words || $("messages").querySelector(`[data-id="${message.id}"] .md`)?.textContent || "a message";
  announce(`${message.author.name}${message.ephemeral ? ", only to you" : ""}: ${inside.slice(0, 200)}`);
}

function drawAll(order) {
  const list = $("messages");
  let before = null;
  order.forEach((id, index) => {
    const message = store.messages.get(id);
    const compact = before !== null && before.author.id === message.author.id && !message.asked && !message.about && message.type !== 18 && message.type !== 21 && before.type !== 18 && before.type !== 21 && before.ephemeral === message.ephemeral && new Date(message.time) - new Date(before.time) < TOGETHER && !message.v2;
    const node = draw(id, message, compact);
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
    before = message;
  });
  if (!list.querySelector('li[tabindex="0"]')) list.lastElementChild?.setAttribute("tabindex", "0");
}

const PARTS = { head, content, embeds, components: parts, files, reactions, thread, foot };

function draw(id, message, compact) {
  let kept = nodes.get(id);
  if (!kept) {
    const shells = Object.fromEntries(Object.keys(PARTS).map((name) => [name, h("div", { class: `part-${name}` })]));
    const node = h("li", { class: "message", "data-id": id, tabindex: "-1" }, h("div", { class: "gutter" }), h("div", { class: "body" }, Object.values(shells)), tools(id));
    kept = { node, shells, texts: {} };
    nodes.set(id, kept);
  }
  kept.compact = compact;
  kept.node.className = ["message", compact && "compact", message.ephemeral && "ephemeral", message.asked && "asked", message.author.bot && "from-bot", pinged(message) && "pinged"].filter(Boolean).join(" ");
  kept.node.setAttribute("aria-label", `${message.author.name}, ${new Date(message.time).toLocaleTimeString()}`);
  gutter(kept, message, compact);
  for (const [name, make] of Object.entries(PARTS)) redo(kept, name, make, message, compact);
  return kept.node;
}

const WHAT = {
  head: (m, compact) => [m.author, m.time, compact, m.asked, m.about, m.type],
  content: (m) => [m.content, m.loading, m.edited, m.type, m.v2, m.thread?.id],
  embeds: (m) => m.embeds,
  components: (m) => [m.components, m.v2, m.edited && m.v2],
  files: (m) => m.files,
  reactions: (m) => [m.reactions],
  thread: (m) => [m.thread],
  foot: (m) => [m.ephemeral, store.failures.get(m.id) ?? null],
};

function redo(kept, name, make, message, compact) {
  const text = JSON.stringify(WHAT[name](message, compact));
  if (kept.texts[name] === text) return;
  const shell = kept.shells[name];
  if (shell.querySelector(":popover-open")) {
    // Someone is choosing in it: wait until they are done.
    setTimeout(() => redraw(message.id), 400);
    return;
  }
  kept.texts[name] = text;
  const focused = shell.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  shell.replaceChildren(...[make(message, compact)].flat(Infinity).filter(Boolean));
  if (focused) [...shell.querySelectorAll("[data-key]")].find((item) => item.dataset.key === focused)?.focus();
}

function gutter(kept, message, compact) {
  const text = `${compact} ${message.author.name} ${message.type}`;
  if (kept.texts.gutter === text) return;
  kept.texts.gutter = text;
  const mark = message.type === 18 || message.type === 21 ? h("span", { class: "system", "aria-hidden": "true" }, "🧵") : compact ? stamp(message.time) : avatar(message.author.name, message.author.bot);
  kept.node.querySelector(".gutter").replaceChildren(mark);
}

function head(message, compact) {
  if (compact || message.type === 18 || message.type === 21) return [];
  const line = [];
  if (message.asked) {
    const words = message.asked.kind === 2 ? [" used ", h("span", { class: "mention" }, message.asked.command ?? "a command")] : [message.asked.kind === 3 ? " pressed a button" : " sent a form"];
    line.push(h("p", { class: "before" }, avatar(message.asked.who), h("strong", {}, message.asked.who), words));
  } else if (message.about) {
    line.push(answered(message.about));
  }
  line.push(h("p", { class: "who" }, h("strong", {}, message.author.name), message.author.bot ? h("span", { class: "badge" }, "APP") : null, " ", stamp(message.time)));
  return line;
}

/** The line above a reply: press it to go to what it answers. */
function answered(about) {
  if (about.gone) return h("p", { class: "before" }, h("em", {}, "The original message was deleted"));
  const words = [avatar(about.author, about.bot), h("strong", {}, about.author), " ", h("span", { class: "quoted" }, about.text)];
  return h("button", { class: "before", type: "button", "data-key": "about", "aria-label": `In reply to ${about.author}: ${about.text}`, onclick: () => {
    const node = nodes.get(about.id)?.node;
    node?.scrollIntoView({ block: "center" });
    node?.focus();
  } }, words);
}

const ONLY_EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?|[\u200D\uFE0F\u20E3\s]){1,60}$/u;

function content(message) {
  if (message.type === 18) return h("p", { class: "system-line" }, h("strong", {}, message.author.name), " started a thread: ", h("strong", {}, message.content));
  if (message.type === 21) return h("p", { class: "system-line" }, "The thread began with a message of ", h("strong", {}, (message.about?.author ?? message.author.name)), ".");
  if (message.loading) return h("p", { class: "thinking" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${message.author.name} is thinking…`);
  if (!message.content) return [];
  const node = h("div", { class: ONLY_EMOJI.test(message.content) ? "md jumbo" : "md" }, markdown(message.content));
  if (message.edited && !message.v2) (node.lastElementChild?.tagName === "P" ? node.lastElementChild : node).append(h("span", { class: "edited", title: new Date(message.edited).toLocaleString() }, " (edited)"));
  return node;
}

function embeds(message) {
  return message.embeds.map((item) => embed(item, message.id));
}

function files(message) {
  return message.files.map((item) => attachment(item, message.id));
}

function parts(message) {
  const list = components(message.components, message);
  if (message.v2 && message.edited) list.push(h("p", { class: "edited", title: new Date(message.edited).toLocaleString() }, "(edited)"));
  return list;
}

function reactions(message) {
  if (!message.reactions.length) return [];
  const shown = message.reactions.map((item) => {
    const label = `${item.emoji}: ${item.who.join(", ")}. ${item.mine ? "Take yours back" : "Add yours"}`;
    return h("button", { class: item.mine ? "reaction mine" : "reaction", type: "button", "aria-pressed": String(item.mine), "aria-label": label, title: item.who.join(", "), "data-key": `react ${item.emoji}`, onclick: () => toggleReaction(message.id, item.emoji) }, h("span", { class: "emoji", "aria-hidden": "true" }, item.emoji), h("span", { class: "count" }, String(item.count)));
  });
  const add = h("button", { class: "reaction add", type: "button", "aria-label": "Add a reaction", "data-key": "react add", onclick: (event) => reactionPicker(message.id, event.currentTarget) }, "🙂+");
  return h("div", { class: "reactions" }, shown, add);
}

function thread(message) {
  if (!message.thread) return [];
  const words = message.thread.messages === 1 ? "1 message" : `${message.thread.messages} messages`;
  return h("button", { class: "thread", type: "button", "data-key": "thread", onclick: () => goTo(message.thread.id) }, h("span", { class: "name" }, "🧵 ", message.thread.name), h("span", { class: "count" }, message.thread.archived ? "archived" : words, " ›"));
}

function foot(message) {
  const failed = store.failures.get(message.id);
  return [
    failed ? h("p", { class: "failure" }, `${failed}`) : null,
    message.ephemeral ? h("p", { class: "only-you" }, "👁 Only you can see this · ", h("button", { class: "as-link", type: "button", "data-key": "dismiss", onclick: () => ask("delete", { message: message.id }).catch(() => {}) }, "Dismiss message")) : null,
  ];
}

const pinged = (message) => message.pings;

// Reaching messages

function tools(id) {
  return h("div", { class: "tools" },
    h("button", { class: "quiet", type: "button", "aria-label": "Add a reaction", title: "Add a reaction", onclick: (event) => reactionPicker(id, event.currentTarget) }, "🙂"),
    h("button", { class: "quiet kebab", type: "button", "aria-label": "More, and apps", title: "More, and apps", "aria-haspopup": "menu", onclick: (event) => openMenu(id, event.currentTarget) }, "⋯"));
}

function rove(node) {
  if (!node) return;
  for (const other of $("messages").querySelectorAll('li[tabindex="0"]')) other.setAttribute("tabindex", "-1");
  node.setAttribute("tabindex", "0");
}

function onKey(event) {
  const node = event.target.closest("li.message");
  if (!node) return;
  if (event.key === "F10" && event.shiftKey) {
    event.preventDefault();
    openMenu(node.dataset.id, node.querySelector(".kebab"));
    return;
  }
  if (event.target !== node) return;
  if (!event.ctrlKey && !event.metaKey && !event.altKey && byKey(event.key.toLowerCase(), node.dataset.id)) {
    event.preventDefault();
    return;
  }
  const next = { ArrowDown: node.nextElementSibling, ArrowUp: node.previousElementSibling, Home: node.parentNode.firstElementChild, End: node.parentNode.lastElementChild }[event.key];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

function onContext(event) {
  const node = event.target.closest("li.message");
  if (!node || event.shiftKey || event.target.closest("img, video, a, input, textarea") || String(getSelection())) return;
  event.preventDefault();
  const point = event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : null;
  openMenu(node.dataset.id, node.querySelector(".kebab"), point);
}
