// Small helpers to build the page. Nothing here, and nothing elsewhere, turns text into markup.

/** An element: `h("p", {class: "note", onclick: f, "aria-label": "…"}, "text", child)`. Null children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "srcObject") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

/** An address that may be linked to: http and https only, else null. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Where the page itself serves an attachment, for the address that the bot knows; null for anything elsewhere. */
export function localMedia(text) {
  try {
    const url = new URL(text, location.origin);
    if (!/^https?:$/.test(url.protocol)) return null;
    const own = ["127.0.0.1", "localhost", location.hostname].includes(url.hostname);
    return own && /^\/(ephemeral-)?attachments\//.test(url.pathname) ? url.pathname : null;
  } catch {
    return null;
  }
}

let number = 0;
/** An id for `for`, `aria-labelledby` and their like. */
export const newId = () => `n${++number}`;

/** A line that tells what went wrong, for a while. */
export function toast(words) {
  const node = h("p", { class: "toast" }, words, h("button", { class: "quiet", type: "button", "aria-label": "Close", onclick: () => node.remove() }, "✕"));
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 9000);
}

/** Tell a screen reader. */
export function announce(words) {
  const live = document.getElementById("live");
  live.append(h("p", {}, words));
  while (live.childElementCount > 20) live.firstElementChild.remove();
}

/** A modal dialog; the browser keeps the focus in it and gives it back. `close()` closes it. */
export function dialog(label, className, ...children) {
  const node = h("dialog", { class: className, "aria-label": label }, ...children);
  const before = document.activeElement;
  node.addEventListener("close", () => {
    node.remove();
    if (before?.isConnected) before.focus();
    else document.getElementById("write")?.focus();
  });
  node.addEventListener("mousedown", (event) => {
    if (event.target === node && className.includes("light")) node.close();
  });
  document.body.append(node);
  node.showModal();
  return node;
}

/** "1.2 MiB" */
export function bytes(count) {
  if (count < 1024) return `${count} bytes`;
  return count < 2 ** 20 ? `${Math.round(count / 1024)} KiB` : `${(count / 2 ** 20).toFixed(1)} MiB`;
}

const COLOURS = ["#b4532a", "#2f7d6b", "#5b5fc7", "#a03f78", "#3d6fa8", "#7a6a1f", "#8a4fb0", "#4d7a34"];

const order = new Map();

/** Give each of these people a colour of their own. */
export function colour(names) {
  names.forEach((name, index) => order.set(name, index));
}

/** A round picture with someone's initial. */
export function avatar(name, bot = false) {
  const node = h("span", { class: bot ? "avatar bot" : "avatar", "aria-hidden": "true" }, bot ? "" : [...name][0]?.toUpperCase() ?? "?");
  if (!bot) node.style.setProperty("background-color", COLOURS[(order.get(name) ?? name.length) % COLOURS.length]);
  return node;
}
