// How is a page made of data? By nodes and text alone: overheard words are never read as HTML.
export const element = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const { data = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, data);
  made.append(...children.filter((child) => child !== "" && child != null));
  return made;
}

const AT = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const ON = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
export const clock = (seconds) => AT.format(seconds * 1000);
export const date = (seconds) => ON.format(seconds * 1000);

export function moment(seconds) {
  const when = new Date(seconds * 1000);
  return make("time", { dateTime: when.toISOString(), title: when.toLocaleString() }, clock(seconds));
}

export function dayName(when = new Date()) {
  const parts = [when.getFullYear(), when.getMonth() + 1, when.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

let silence;
export function say(words) {
  const said = element("said");
  said.textContent = words;
  said.classList.add("shown");
  clearTimeout(silence);
  silence = setTimeout(() => said.classList.remove("shown"), 6000);
}

export function sure(question, what, yes) {
  const dialog = element("sure");
  element("sure-title").textContent = question;
  element("sure-what").textContent = what;
  element("sure-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}

// A button does one thing at a time: it rests until what it began is done.
export function onPress(button, doing) {
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await doing(button);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}
