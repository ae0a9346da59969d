// Commands, clicks and forms: what happens between pressing and the bot's answer.

import { announce, toast } from "./dom.js";
import { ask } from "./link.js";
import { store } from "./store.js";

let openForm = () => {};
let redraw = () => {};

/** `form(modal)` opens a pop-up, `drawn(messageId)` redraws a message. */
export function setUp(form, drawn) {
  openForm = form;
  redraw = drawn;
}

/** Press or choose something of a message: the control waits, a failure is said under the message. */
export async function act(messageId, node, what, body) {
  if (node.dataset.waiting) return;
  node.dataset.waiting = "yes";
  node.setAttribute("aria-busy", "true");
  if (store.failures.delete(messageId)) redraw(messageId);
  try {
    const done = await ask(what, body);
    if (done.failed) {
      store.failures.set(messageId, done.failed);
      announce(done.failed);
      redraw(messageId);
    }
    if (done.modal) openForm(done.modal);
  } catch (error) {
    toast(error.message);
  } finally {
    delete node.dataset.waiting;
    node.removeAttribute("aria-busy");
  }
}

/** Run a command (slash or message menu). Throws with words for the person; gives nothing when all is well. */
export async function command(what, body) {
  const done = await ask(what, body);
  if (done.failed) throw new Error(done.failed);
  if (done.modal) openForm(done.modal);
}
