// Times as Discord writes them, in the reader's own language and zone.

import { h } from "./dom.js";

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(away) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(away / length), unit);
}

/** `<t:…>`: a time element; relative ones go on counting. */
export function timeNode(seconds, style) {
  const when = new Date(seconds * 1000);
  if (Number.isNaN(when.getTime())) return null;
  const node = h("time", { datetime: when.toISOString(), title: when.toLocaleString(undefined, STYLES.F) });
  if (style === "R") node.dataset.relative = String(seconds);
  node.textContent = style === "R" ? relative(seconds) : when.toLocaleString(undefined, STYLES[style]);
  return node;
}

setInterval(() => {
  for (const node of document.querySelectorAll("time[data-relative]")) node.textContent = relative(Number(node.dataset.relative));
}, 1000);

/** When a message was written: the time today, the date before. */
export function stamp(iso) {
  const when = new Date(iso);
  const today = when.toDateString() === new Date().toDateString();
  const words = today ? when.toLocaleTimeString(undefined, STYLES.t) : when.toLocaleString(undefined, STYLES.s);
  return h("time", { class: "stamp", datetime: iso, title: when.toLocaleString(undefined, STYLES.F) }, words);
}
