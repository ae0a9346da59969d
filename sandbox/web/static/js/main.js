// The page as a whole: who one is and where, news from the sandbox, light and dark.

import { $, colour, toast } from "./dom.js";
import * as composer from "./composer.js";
import * as interact from "./interact.js";
import { ask, connect } from "./link.js";
import * as messages from "./messages.js";
import { openForm } from "./modal.js";
import * as panel from "./panel.js";
import * as side from "./side.js";
import { here, place, store } from "./store.js";
import { setUpTheme } from "./theme.js";
import * as thread from "./thread.js";

/** Who and where, as the address says: `#as=Bo&in=123`. */
function address() {
  const said = new URLSearchParams(location.hash.slice(1));
  return { as: said.get("as") || "Ada", in: said.get("in") };
}

function setAddress(as, channel) {
  history.replaceState(null, "", `/#as=${encodeURIComponent(as)}${channel ? `&in=${channel}` : ""}`);
}

let opening = null;

async function open(id, { focus = true } = {}) {
  $("side").classList.remove("shown");
  $("open-side").setAttribute("aria-expanded", "false");
  if (!id || opening === id) return;
  opening = id;
  try {
    if (store.channel !== id) composer.leave();
    store.channel = id;
    await ask("open", { channel: id });
    setAddress(address().as, id);
    showHere();
    if (focus && !matchMedia("(pointer: coarse)").matches) $("write").focus();
  } catch (error) {
    store.channel = null;
    toast(error.message);
  } finally {
    opening = null;
  }
}

async function be(name) {
  try {
    await ask("be", { name });
  } catch (error) {
    toast(error.message);
    if (name !== "Ada") await be("Ada");
    return;
  }
  store.failures.clear();
  const channel = store.channel;
  store.channel = null;
  setAddress(name, channel);
  if (channel) await open(channel, { focus: false });
}

function showHere() {
  const channel = here();
  const top = channel?.parent ? place(channel.parent) : null;
  $("title").textContent = channel ? (channel.parent ? channel.name : `# ${channel.name}`) : "…";
  $("topic").textContent = top ? `in #${top.name}${channel.locked ? " · locked" : ""}${channel.archived ? " · archived" : ""}` : channel?.topic ?? "";
  document.title = `${channel ? `${channel.parent ? "" : "#"}${channel.name} · ` : ""}${store.me?.name ?? ""} · Sandbox`;
  $("new-thread").hidden = !channel?.may.begin_thread;
  side.drawPlaces();
  composer.refresh();
}

function botState() {
  const { connected, process, name } = store.bot;
  const gone = process && !process.running;
  const words = connected ? `${name} is online` : gone ? `${name} is stopped` : `${name} is offline`;
  $("bot-state").textContent = words;
  $("bot-state").className = connected ? "online" : "offline";
  $("server").textContent = store.bot.server ?? "Sandbox";
}

const NEWS = {
  bot(value) {
    store.bot = value;
    botState();
    panel.drawBot();
  },
  people(value) {
    store.people = value;
    colour(value.filter((one) => !one.bot).map((one) => one.name));
  },
  me(value) {
    store.me = value;
    side.drawMe();
    showHere();
  },
  commands(value) {
    store.commands = value;
  },
  places(value) {
    const first = !store.places.length;
    store.places = value;
    if (first) for (const item of value) store.seen.set(item.id, item.last);
    showHere();
    if (!store.channel) {
      const wanted = address().in;
      open(place(wanted) ? wanted : value[0]?.id, { focus: first });
    }
  },
  messages: messages.take,
  typing(value) {
    const words = value.length > 3 ? "Several people are typing…" : `${value.join(", ")} ${value.length > 1 ? "are" : "is"} typing…`;
    $("typing").textContent = value.length ? words : "";
  },
  closed(value) {
    if (store.channel !== value) return;
    toast("This channel is gone.");
    store.channel = null;
    open(store.places.find((item) => item.id !== value)?.id);
  },
  lines: panel.addLines,
};

function setUp() {
  setUpTheme($("theme"));
  side.setUp(open, be);
  composer.setUp();
  messages.setUp(open);
  thread.setUp(open);
  $("new-thread").addEventListener("click", () => thread.beginThread());
  panel.setUp();
  interact.setUp(openForm, messages.redraw);
  $("open-side").addEventListener("click", () => {
    const shown = $("side").classList.toggle("shown");
    $("open-side").setAttribute("aria-expanded", String(shown));
    if (shown) $("places").querySelector("button")?.focus();
  });
  $("main").addEventListener("pointerdown", (event) => {
    if (event.target.closest("#open-side")) return;
    $("side").classList.remove("shown");
    $("open-side").setAttribute("aria-expanded", "false");
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !$("side").classList.contains("shown")) return;
    $("side").classList.remove("shown");
    $("open-side").setAttribute("aria-expanded", "false");
    $("open-side").focus();
  });
  addEventListener("hashchange", () => {
    const said = address();
    if (said.as !== store.me?.name) be(said.as).then(() => said.in && open(said.in));
    else if (said.in && said.in !== store.channel) open(said.in);
  });
  connect(
    (name, value) => NEWS[name]?.(value),
    async () => {
      store.channel = null;
      await be(address().as);
      await panel.reopen();
    },
  );
}

setUp();
