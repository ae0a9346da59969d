// What is known: who one is, who there is, the channels, the commands, and the messages of the open channel.

export const store = {
  me: null,
  bot: { name: "Bot", limit: 10 * 2 ** 20 },
  people: [],
  places: [],
  commands: { slash: [], menus: [] },
  channel: null,
  messages: new Map(),
  failures: new Map(),
  seen: new Map(),
};

export const place = (id) => store.places.find((item) => item.id === id) ?? null;
export const here = () => place(store.channel);
export const someone = (id) => store.people.find((item) => item.id === id) ?? null;
