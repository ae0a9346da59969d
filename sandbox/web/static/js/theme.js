// Light, dark, or as the system says.

const ORDER = ["auto", "light", "dark"];
const FACES = { auto: "◐", light: "☀", dark: "☾" };

/** Make the button go through the three, and remember the choice. */
export function setUpTheme(button) {
  const show = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = FACES[theme];
    const words = theme === "auto" ? "Colours: as the system says" : `Colours: ${theme}`;
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  let now = ORDER.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto";
  button.addEventListener("click", () => {
    now = ORDER[(ORDER.indexOf(now) + 1) % ORDER.length];
    localStorage.setItem("theme", now);
    show(now);
  });
  show(now);
}
