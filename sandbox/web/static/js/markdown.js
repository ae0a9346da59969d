// Discord's Markdown, as DOM nodes. Text becomes text nodes and nothing else.

import { h, webAddress } from "./dom.js";
import { place, someone, store } from "./store.js";
import { timeNode } from "./time.js";

/** The nodes of a text. `inline`: no headings, lists, quotes or code blocks (a button's or option's words). */
export function markdown(text, { inline = false } = {}) {
  return inline ? spans(text) : blocks(text.split("\n"));
}

function blocks(lines) {
  const out = [];
  let text = [];
  const flush = () => {
    if (text.length) out.push(h("p", {}, spans(text.join("\n"))));
    text = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const fence = line.indexOf("```");
    if (fence >= 0 && !escapedAt(line, fence)) {
      const taken = codeBlock(lines, at, fence);
      if (taken) {
        if (taken.before.trim()) text.push(taken.before);
        flush();
        out.push(taken.node);
        if (taken.after.trim()) lines.splice(taken.next, 0, taken.after);
        at = taken.next;
        continue;
      }
    }
    const taken = wholeQuote(lines, at) ?? quote(lines, at) ?? heading(line, at) ?? list(lines, at);
    if (taken) {
      flush();
      out.push(taken.node);
      at = taken.next;
    } else if (line.trim() === "") {
      if (text.length) text.push("");
      at += 1;
    } else {
      text.push(line);
      at += 1;
    }
  }
  while (text.at(-1) === "") text.pop();
  flush();
  return out;
}

function escapedAt(text, index) {
  let count = 0;
  while (text[index - 1 - count] === "\\") count += 1;
  return count % 2 === 1;
}

function codeBlock(lines, at, fence) {
  const rest = lines.slice(at).join("\n").slice(fence + 3);
  const end = rest.indexOf("```");
  if (end < 0) return null;
  const inside = rest.slice(0, end);
  const named = /^([\w+.#-]+)\n/.exec(inside);
  const code = (named ? inside.slice(named[0].length) : inside).replace(/^\n|\n$/g, "");
  const node = h("pre", { tabindex: "0", "aria-label": named ? `Code, ${named[1]}` : "Code" }, h("code", {}, code));
  const next = at + inside.split("\n").length;
  return { node, next, before: lines[at].slice(0, fence), after: rest.slice(end + 3).split("\n")[0] };
}

function wholeQuote(lines, at) {
  if (!lines[at].startsWith(">>> ")) return null;
  const rest = [lines[at].slice(4), ...lines.slice(at + 1)];
  return { node: h("blockquote", {}, blocks(rest)), next: lines.length };
}

function quote(lines, at) {
  const inside = [];
  let next = at;
  while (next < lines.length && /^> /.test(lines[next])) inside.push(lines[next++].slice(2));
  return inside.length ? { node: h("blockquote", {}, blocks(inside)), next } : null;
}

function heading(line, at) {
  const small = /^-# +(\S.*)$/.exec(line);
  if (small) return { node: h("p", { class: "subtext" }, spans(small[1])), next: at + 1 };
  const found = /^(#{1,3}) +(\S.*)$/.exec(line);
  // The page has its own headings; a message's are below them.
  return found ? { node: h(`h${found[1].length + 2}`, { class: `md-h${found[1].length}` }, spans(found[2])), next: at + 1 } : null;
}

const ITEM = /^(\s*)([-*]|\d{1,9}\.) +(\S.*)$/;

function list(lines, at) {
  const first = ITEM.exec(lines[at]);
  if (!first) return null;
  const ordered = /\d/.test(first[2]);
  const node = h(ordered ? "ol" : "ul", ordered ? { start: parseInt(first[2], 10) } : {});
  const depth = first[1].length;
  let next = at;
  while (next < lines.length) {
    const item = ITEM.exec(lines[next]);
    if (!item || item[1].length < depth) break;
    if (item[1].length > depth && node.lastElementChild) {
      const inner = list(lines, next);
      node.lastElementChild.append(inner.node);
      next = inner.next;
      continue;
    }
    if (/\d/.test(item[2]) !== ordered) break;
    node.append(h("li", {}, spans(item[3])));
    next += 1;
  }
  return { node, next };
}

const wrap = (tag, props = {}) => (match) => h(tag, props, spans(match[1]));

// Each: where it may begin, and what it becomes (null: it is plain text after all). The order decides.
const RULES = [
  [/\\([^0-9A-Za-z\s])/uy, (match) => match[1]],
  [/(`+)([^`]|[^`][^]*?[^`])\1(?!`)/y, (match) => h("code", {}, match[2].trim() || match[2])],
  [/<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/y, (match) => timeNode(Number(match[1]), match[2] ?? "f")],
  [/<@!?(\d{1,20})>/y, (match) => mention(`@${someone(match[1])?.name ?? "unknown-user"}`)],
  [/<@&(\d{1,20})>/y, () => mention("@role")],
  [/<#(\d{1,20})>/y, (match) => channelMention(match[1])],
  [/<\/([^:>\n]{1,100}):\d{1,20}>/y, (match) => commandMention(match[1])],
  [/<a?:(\w{2,32}):\d{1,20}>/y, (match) => h("span", { class: "custom-emoji" }, `:${match[1]}:`)],
  [/<(https?:\/\/[^\s<>]+)>/y, (match) => link(match[1], match[1])],
  [/\[((?:\\.|[^\]\\\n])+)\]\((?:<([^\s<>]+)>|(\S+?))(?: +"[^"\n]*")?\)/y, (match) => link(match[2] ?? match[3], match[1], true)],
  [/https?:\/\/[^\s<]*[^\s<.,:;"')\]!?*_~|]/y, (match) => link(match[0], match[0])],
  [/\*\*\*((?:\\.|[^\\])+?)\*\*\*(?!\*)/sy, (match) => h("strong", {}, h("em", {}, spans(match[1])))],
  [/\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/sy, wrap("strong")],
  [/__((?:\\.|[^\\])+?)__(?!_)/sy, wrap("u")],
  [/\*(?=\S)((?:\\.|\*\*|[^\\*])+?)(?<!\s)\*(?!\*)/sy, wrap("em")],
  [/(?<![\p{L}\p{N}_])_(?=\S)((?:\\.|__|[^\\_])+?)_(?![\p{L}\p{N}_])/suy, wrap("em")],
  [/~~((?:\\.|[^\\])+?)~~/sy, wrap("s")],
  [/\|\|((?:\\.|[^\\])+?)\|\|/sy, (match) => spoiler(spans(match[1]))],
  [/@(everyone|here)\b/y, (match) => mention(match[0])],
];

const STARTS = /[\\`<[h*_~|@]/;

function spans(text) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(...lines(plain));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = STARTS.test(text[at]) ? matched(text, at) : null;
    if (found) {
      if (typeof found.node === "string") plain += found.node;
      else {
        flush();
        out.push(found.node);
      }
      at = found.next;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return out;
}

function matched(text, at) {
  for (const [pattern, make] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const node = match ? make(match) : null;
    if (node !== null) return { node, next: at + match[0].length };
  }
  return null;
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

const mention = (text) => h("span", { class: "mention" }, text);

/** A command that can be used by pressing it; where it is not offered, its name. */
function commandMention(name) {
  const item = store.commands.slash.find((one) => one.name === name);
  if (!item) return mention(`/${name}`);
  return h("button", { class: "mention", type: "button", onclick: () => dispatchEvent(new CustomEvent("use-command", { detail: item })) }, `/${name}`);
}

function channelMention(id) {
  const found = place(id);
  if (!found) return h("span", { class: "mention" }, "#unknown");
  return h("a", { class: "mention", href: `#as=${encodeURIComponent(store.me?.name ?? "")}&in=${id}` }, `${found.parent ? "🧵 " : "#"}${found.name}`);
}

function link(address, words, masked = false) {
  const href = webAddress(address);
  if (href === null) return null;
  const title = masked ? href : null;
  return h("a", { href, title, target: "_blank", rel: "noopener noreferrer" }, masked ? spans(words) : words);
}

/** Something hidden until it is pressed. */
export function spoiler(children) {
  const inside = h("span", { class: "inside", "aria-hidden": "true" }, children);
  const node = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler: press to show", "aria-expanded": "false" }, inside);
  const show = (event) => {
    if (node.classList.contains("shown")) return;
    event.preventDefault();
    node.classList.add("shown");
    inside.removeAttribute("aria-hidden");
    for (const name of ["role", "tabindex", "aria-label", "aria-expanded"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") show(event);
  });
  return node;
}
