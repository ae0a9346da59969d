// The developers' panel: traffic, trouble, the bot's process, the clock.

import { $, h, toast } from "./dom.js";
import { ask } from "./link.js";
import { store } from "./store.js";

const KEPT = 600;
const OPS = { 0: "Dispatch", 1: "Heartbeat", 2: "Identify", 3: "Presence", 6: "Resume", 7: "Reconnect", 8: "Request members", 9: "Invalid session", 10: "Hello", 11: "Heartbeat ACK" };
const filter = { kind: "all", paused: false };
let log = null;
let state = null;

const TROUBLE = [
  ["Connection", [
    ["Drop the connection", "ends without a close frame; the bot resumes", "drop_gateway", {}],
    ["Reconnect (op 7)", "Discord asks the bot to come again", "reconnect", {}],
    ["Invalid session (op 9)", "the bot has to identify anew", "invalidate", { resumable: false }],
    ["Freeze", "open, but nothing comes through", "freeze_gateway", {}],
  ]],
  ["Requests", [
    ["Next answer: 429", "a rate limit of 2 s for the next request", "rate_limit", { retry_after: 2 }],
    ["Next five: 500", "errors of Discord's own", "refuse", { status: 500, times: 5 }],
    ["Slow network", "the next 20 answers come 2 s late", "slow", { seconds: 2, times: 20 }],
    ["Lose an answer", "done, but the next answer is lost", "lose_answer", {}],
    ["Expire the tokens", "every interaction so far is 15 minutes old", "expire_interactions", {}],
  ]],
  ["Network", [
    ["Down for 10 s", "every connection cut, new ones refused", "network_down", { seconds: 10 }],
    ["Up again", "", "network_up", {}],
    ["Gateway down", "REST goes on", "gateway_down", { how: "503" }],
    ["Gateway up", "", "gateway_up", {}],
    ["Calm", "end all trouble", "calm", {}],
  ]],
];
const WINDS = [["1 minute", 60], ["15 minutes", 900], ["1 hour", 3600], ["1 day", 86400]];

export function setUp() {
  $("open-panel").addEventListener("click", () => toggle());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && $("panel").contains(document.activeElement)) toggle();
  });
}

function toggle() {
  const panel = $("panel");
  panel.hidden = !panel.hidden;
  $("open-panel").setAttribute("aria-expanded", String(!panel.hidden));
  if (!panel.hidden && !log) build();
  ask("watch", { on: !panel.hidden }).catch(() => {});
  (panel.hidden ? $("open-panel") : panel.querySelector("button")).focus();
}

/** After a new connection the sandbox has to be told again. */
export async function reopen() {
  if (!$("panel").hidden) await ask("watch", { on: true });
}

function build() {
  log = h("ol", { class: "log", "aria-label": "Traffic, newest first" });
  state = h("div", { class: "bot-lines" });
  const kinds = [["all", "All"], ["rest", "REST"], ["gateway", "Gateway"], ["bad", "Problems"]].map(([kind, words]) => h("button", { class: "chip", type: "button", "aria-pressed": String(kind === "all"), onclick: (event) => choose(kind, event.currentTarget) }, words));
  const pause = h("button", { class: "chip", type: "button", "aria-pressed": "false", onclick: () => {
    filter.paused = !filter.paused;
    pause.setAttribute("aria-pressed", String(filter.paused));
  } }, "Pause");
  $("panel").append(
    h("header", {}, h("h2", {}, "Developers"), h("button", { class: "quiet", type: "button", "aria-label": "Close the panel", onclick: toggle }, "✕")),
    h("section", { "aria-label": "Bot" }, state),
    h("details", { class: "group" }, h("summary", {}, "Make trouble"), TROUBLE.map(([title, acts]) => [h("h3", {}, title), h("div", { class: "acts" }, acts.map(trouble))]), h("h3", {}, "Clock"), h("div", { class: "acts" }, WINDS.map(([words, seconds]) => h("button", { class: "button secondary", type: "button", onclick: () => make("advance", { seconds }) }, `+ ${words}`)))),
    h("section", { class: "traffic", "aria-label": "Traffic" }, h("div", { class: "chips", role: "group", "aria-label": "Show" }, kinds, h("span", { class: "grow" }), pause, h("button", { class: "chip", type: "button", onclick: () => log.replaceChildren() }, "Clear")), log));
  drawBot();
}

function choose(kind, button) {
  filter.kind = kind;
  for (const other of button.parentNode.querySelectorAll("[aria-pressed]")) if (other.textContent !== "Pause") other.setAttribute("aria-pressed", String(other === button));
  log.dataset.show = kind;
}

function trouble([words, what, name, body]) {
  return h("button", { class: "button secondary", type: "button", title: what, "aria-label": what ? `${words}: ${what}` : words, onclick: () => make(name, body) }, words);
}

async function make(name, body) {
  try {
    await ask("trouble", { name, with: body });
  } catch (error) {
    toast(error.message);
  }
}

/** The bot's state, and the buttons that end and start it. */
export function drawBot() {
  if (!state) return;
  const { process, connected, ahead, api, checked, violations, network, gateway } = store.bot;
  const fact = (name, value, bad = false) => [h("dt", {}, name), h("dd", { class: bad ? "bad" : "" }, value)];
  const focused = state.contains(document.activeElement) ? document.activeElement.textContent : null;
  state.replaceChildren(
    h("dl", {},
      fact("Bot", connected ? "connected" : "not connected", !connected),
      process ? fact("Process", process.running ? `running (start ${process.starts})` : `ended${process.ended === null ? "" : `, code ${process.ended}`}`, !process.running) : fact("Process", "not started by the sandbox"),
      fact("Network", network ? (gateway ? "up" : "gateway down") : "down", !network || !gateway),
      fact("Clock", ahead ? `${duration(ahead)} ahead` : "real time"),
      fact("Contract", !checked ? "OpenAPI document not at hand" : violations ? `${violations} violations` : "kept", violations > 0),
      fact("API", api ?? "")),
    ...(process ? [h("div", { class: "acts" }, h("button", { class: "button danger", type: "button", disabled: !process.running, onclick: () => bot("kill") }, "Kill the bot"), h("button", { class: "button secondary", type: "button", onclick: () => bot("restart") }, process.running ? "Kill and restart" : "Start the bot"), h("button", { class: "button secondary", type: "button", onclick: showLog }, "Its log"))] : []));
  if (focused) [...state.querySelectorAll("button")].find((item) => item.textContent === focused)?.focus();
}

const duration = (seconds) => (seconds >= 86400 ? `${Math.round(seconds / 8640) / 10} days` : seconds >= 3600 ? `${Math.round(seconds / 360) / 10} hours` : `${Math.round(seconds / 60)} minutes`);

async function bot(how) {
  try {
    return await ask("bot", { how });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

async function showLog() {
  const text = await bot("log");
  if (text === null) return;
  const old = state.querySelector("pre");
  if (old) old.remove();
  else {
    const node = h("pre", { class: "bot-log", tabindex: "0", "aria-label": "The bot's log" }, text || "The log is empty.");
    state.append(node);
    node.scrollTop = node.scrollHeight;
  }
}

// Traffic

export function addLines(lines) {
  if (!log || filter.paused) return;
  for (const line of lines) log.prepend(row(line));
  while (log.childElementCount > KEPT) log.lastElementChild.remove();
}

function row(line) {
  const rest = line.kind === "rest";
  const bad = rest && (line.verdict !== "ok" || line.answer !== "");
  const when = new Date(line.at * 1000).toLocaleTimeString(undefined, { hour12: false });
  const name = rest ? [h("b", {}, line.method), " ", short(line.path)] : [h("b", {}, OPS[line.op] ?? `op ${line.op}`), " ", line.name ?? ""];
  const verdict = rest ? h("span", { class: bad ? "verdict bad" : "verdict" }, `${line.status || "cut"} ${bad ? "✗" : "✓"}`) : h("span", { class: "verdict way" }, line.sent ? "to bot" : "from bot");
  const inside = h("pre", { tabindex: "0" }, "…");
  const details = h("details", {}, h("summary", {}, h("time", {}, when), h("span", { class: "what" }, name), verdict), rest ? verdicts(line) : null, inside);
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    try {
      inside.textContent = await ask("line", { kind: line.kind, n: line.n });
    } catch (error) {
      inside.textContent = error.message;
    }
  });
  return h("li", { class: `${line.kind}${bad ? " bad" : ""}` }, details);
}

/** What Discord's OpenAPI document says of the request, and of the sandbox's own answer to it. */
function verdicts(line) {
  const said = (what, problem) => h("p", { class: problem ? "failure" : "fine" }, `${what}: ${problem || (store.bot.checked ? "OpenAPI ok" : "not checked")}`);
  return [said("Request", line.verdict === "ok" ? "" : line.verdict), said("Answer", line.answer)];
}

const short = (path) => path.replace(/\/interactions\/\d+\/[\w-]{12,}/, "/interactions/…/…").replace(/(\/webhooks\/\d+\/)[\w-]{12,}/, "$1…").replace(/\d{12,}/g, (id) => `…${id.slice(-4)}`);
