// Writing: text, files, and commands that begin with a slash.

import { $, bytes, h, newId, toast } from "./dom.js";
import { ask, handUp } from "./link.js";
import { commandForm, matching } from "./slash.js";
import { here, store } from "./store.js";

const MOST = 2000;
let files = [];
let active = -1;
let rows = [];
let typedAt = 0;
let form = null;
// What is being written about: {kind: "reply" or "edit", id, ping}, or null.
let mode = null;
let draft = "";

const input = h("textarea", { id: "write", rows: "1", maxlength: String(MOST), "aria-label": "Message", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "slash-list" });
const chosen = h("ul", { class: "chosen" });
const chooser = h("input", { type: "file", multiple: true, class: "visually-hidden", id: newId(), tabindex: "-1", "aria-hidden": "true" });
const attach = h("button", { class: "quiet", type: "button", "aria-label": "Add files", title: "Add files", onclick: () => chooser.click() }, "+");
const send = h("button", { class: "quiet send", type: "submit", "aria-label": "Send", title: "Send" }, "➤");
const list = h("div", { class: "listbox commands", role: "listbox", id: "slash-list", "aria-label": "Commands", hidden: true });
const line = h("form", { class: "write-line", novalidate: true }, attach, chooser, input, send);
const modeLine = h("div", { class: "mode", hidden: true });
const note = h("p", { class: "hint no-right", hidden: true });
const holder = h("div", { class: "form-holder" });

export function setUp() {
  $("composer").append(list, holder, modeLine, chosen, line, note);
  line.addEventListener("submit", (event) => (event.preventDefault(), sendNow()));
  input.addEventListener("input", onInput);
  input.addEventListener("keydown", onKey);
  input.addEventListener("blur", () => showList(false));
  input.addEventListener("paste", (event) => event.clipboardData.files.length && (event.preventDefault(), take(event.clipboardData.files)));
  addEventListener("use-command", (event) => here()?.may.commands && pick(event.detail));
  addEventListener("write-about", (event) => begin(event.detail.kind, event.detail.id));
  chooser.addEventListener("change", () => (take(chooser.files), (chooser.value = "")));
  const main = $("main");
  main.addEventListener("dragover", (event) => (event.preventDefault(), main.classList.add("dropping")));
  main.addEventListener("dragleave", (event) => !main.contains(event.relatedTarget) && main.classList.remove("dropping"));
  main.addEventListener("drop", (event) => {
    event.preventDefault();
    main.classList.remove("dropping");
    if (form?.dropped(event.dataTransfer.files)) return;
    take(event.dataTransfer.files);
  });
  // A file that misses the window's parts must not take the page away.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
}

/** Show what may be done in the open channel. */
export function refresh() {
  const channel = here();
  const may = channel?.may ?? {};
  input.disabled = !may.send && !may.commands;
  send.disabled = input.disabled;
  attach.disabled = !may.send || !may.attach;
  const name = channel ? `${channel.parent ? "" : "#"}${channel.name}` : "";
  input.placeholder = may.send ? (innerWidth < 760 ? `Message ${name}` : `Message ${name}, or / for commands`) : may.commands ? "You may only use commands here: type /" : "You may not write here";
  note.hidden = !channel || may.send !== false;
  note.textContent = channel?.locked ? "This thread is locked: only moderators write here." : `${store.me?.name ?? "You"} may not write here.`;
}

/** Write a reply to a message, or another text for an own one. */
function begin(kind, id) {
  const message = store.messages.get(id);
  if (!message) return;
  endMode();
  closeForm(false);
  mode = { kind, id, ping: true };
  if (kind === "edit") {
    draft = input.value;
    input.value = message.content;
    grow();
  }
  const words = kind === "edit" ? "You are changing your message" : ["You reply to ", h("strong", {}, message.author.name)];
  const ping = kind === "reply" && message.author.id !== store.me?.id ? h("button", { class: "chip", type: "button", "aria-pressed": "true", onclick: () => {
    mode.ping = !mode.ping;
    ping.setAttribute("aria-pressed", String(mode.ping));
  } }, "@ mention") : null;
  modeLine.replaceChildren(h("span", { class: "grow" }, words), ...(ping ? [ping] : []), h("button", { class: "quiet small", type: "button", "aria-label": kind === "edit" ? "Leave the message as it is" : "Do not reply", onclick: () => (endMode(), input.focus()) }, "✕"));
  modeLine.hidden = false;
  input.setAttribute("aria-label", kind === "edit" ? "Message, changed" : `Message, a reply to ${message.author.name}`);
  attach.disabled = kind === "edit" || !here()?.may.attach;
  input.focus();
}

function endMode() {
  if (!mode) return;
  if (mode.kind === "edit") {
    input.value = draft;
    grow();
  }
  mode = null;
  draft = "";
  modeLine.hidden = true;
  modeLine.replaceChildren();
  input.setAttribute("aria-label", "Message");
  refresh();
}

/** Leave what was begun in another channel. */
export function leave() {
  endMode();
  closeForm(false);
  files = [];
  drawFiles();
  showList(false);
}

function take(more) {
  if (!here()?.may.attach) return toast("You may not add files here.");
  for (const file of more) {
    if (file.size > store.bot.limit) toast(`${file.name}: your files are too powerful (at most ${bytes(store.bot.limit)} each).`);
    else if (files.length < 10) files.push(file);
  }
  drawFiles();
  return input.focus();
}

function drawFiles() {
  chosen.replaceChildren(...files.map((file) => h("li", {}, h("span", {}, file.name), h("small", {}, bytes(file.size)), h("button", { class: "quiet", type: "button", "aria-label": `Take ${file.name} away`, onclick: () => (files = files.filter((item) => item !== file)) && (drawFiles(), input.focus()) }, "✕"))));
}

async function sendNow() {
  const text = input.value.trim();
  if (mode?.kind === "edit") return change(text);
  if (text.startsWith("/") && rows.length && !files.length) return pick(rows[Math.max(active, 0)].command);
  if (!text && !files.length) return undefined;
  const sent = files;
  const channel = store.channel;
  send.disabled = true;
  try {
    const about = mode ? { reply_to: mode.id, ping: mode.ping } : {};
    await ask("send", { channel, text, files: await Promise.all(sent.map(handUp)), ...about });
    if (store.channel === channel) {
      endMode();
      input.value = "";
      files = [];
      drawFiles();
      grow();
    }
  } catch (error) {
    toast(error.message);
  } finally {
    send.disabled = false;
  }
  return undefined;
}

async function change(text) {
  try {
    await ask("edit", { message: mode.id, text });
    endMode();
  } catch (error) {
    toast(error.message);
  }
}

function onInput() {
  grow();
  const text = input.value;
  const slash = mode?.kind !== "edit" && text.startsWith("/") && !text.includes("\n") && here()?.may.commands;
  if (slash) drawList(matching(text));
  else showList(false);
  if (!slash && text && Date.now() - typedAt > 8000) {
    typedAt = Date.now();
    ask("type", { channel: store.channel }).catch(() => {});
  }
}

function grow() {
  input.style.setProperty("height", "auto");
  input.style.setProperty("height", `${Math.min(input.scrollHeight, 240)}px`);
}

function drawList(found) {
  rows = found.slice(0, 25).map((item) => {
    const row = h("div", { class: "option", role: "option", id: newId(), "aria-selected": "false", onmousedown: (event) => (event.preventDefault(), pick(item)) }, h("span", { class: "words" }, h("strong", {}, `/${item.name}`), h("small", {}, item.description)), h("span", { class: "badge" }, store.bot.name));
    row.command = item;
    return row;
  });
  list.replaceChildren(...(rows.length ? rows : [h("p", { class: "empty" }, store.commands.slash.length ? "No command is called that." : "There are no commands (yet): is the bot connected?")]));
  showList(true);
  point(0);
}

function showList(open) {
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (open) return;
  rows = [];
  active = -1;
  input.removeAttribute("aria-activedescendant");
}

function point(index) {
  rows[active]?.classList.remove("active");
  active = rows.length ? (index + rows.length) % rows.length : -1;
  rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === active)));
  if (!rows[active]) return;
  rows[active].classList.add("active");
  rows[active].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", rows[active].id);
}

function onKey(event) {
  if (event.isComposing) return;
  if (!list.hidden) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") point(active + (event.key === "ArrowDown" ? 1 : -1));
    else if ((event.key === "Enter" || event.key === "Tab") && rows[active]) pick(rows[active].command);
    else if (event.key === "Escape") showList(false);
    else return;
    event.preventDefault();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendNow();
  } else if (event.key === "Escape" && mode) {
    event.preventDefault();
    endMode();
  } else if (event.key === "ArrowUp" && !input.value) {
    $("messages").lastElementChild?.focus();
  }
}

function pick(item) {
  showList(false);
  input.value = "";
  grow();
  closeForm(false);
  form = commandForm(item, store.channel, () => closeForm(true));
  holder.replaceChildren(form);
  line.hidden = true;
  form.begin();
}

function closeForm(focus) {
  form = null;
  holder.replaceChildren();
  line.hidden = false;
  if (focus) input.focus();
}
