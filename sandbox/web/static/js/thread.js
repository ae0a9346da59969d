// Beginning a thread, from a message or free.

import { dialog, h, newId } from "./dom.js";
import { FieldError, clear, complain, labelled, textField } from "./fields.js";
import { ask } from "./link.js";
import { store } from "./store.js";

const MOST = 100;
let goTo = () => {};

/** `open(channelId)` goes there. */
export function setUp(open) {
  goTo = open;
}

/** Ask for the name of a new thread; `message` is where it begins, null: in the open channel. */
export function beginThread(message = null) {
  const id = newId();
  const name = textField({ id, value: message ? suggestion(message) : "", most: MOST, required: true });
  const failure = h("p", { class: "failure", role: "alert", hidden: true });
  const make = h("button", { class: "button primary", type: "submit" }, "Create");
  const field = labelled({ label: "Thread name", required: true, id }, name);
  const sheet = h("form", { novalidate: true },
    h("header", {}, h("h2", {}, "New thread"), h("button", { class: "quiet", type: "button", "aria-label": "Close", onclick: () => node.close() }, "✕")),
    h("div", { class: "form-body" }, field, failure),
    h("footer", {}, h("p", { class: "hint" }, message ? `It begins at ${message.author.name}'s message.` : "Everyone in this channel sees it."), h("button", { class: "button secondary", type: "button", onclick: () => node.close() }, "Cancel"), make));
  const node = dialog("New thread", "form small", sheet);
  sheet.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (make.hasAttribute("aria-busy")) return;
    failure.hidden = true;
    clear(field);
    make.setAttribute("aria-busy", "true");
    try {
      const where = message ? { message: message.id } : { channel: store.channel };
      const made = await ask("begin-thread", { ...where, name: name.read() });
      node.close();
      await goTo(made);
    } catch (error) {
      if (error instanceof FieldError) complain(field, error.message);
      else {
        failure.textContent = error.message;
        failure.hidden = false;
      }
    } finally {
      make.removeAttribute("aria-busy");
    }
  });
  name.input.focus();
  name.input.select();
}

const suggestion = (message) => message.content.split("\n")[0].slice(0, 40).trim();
