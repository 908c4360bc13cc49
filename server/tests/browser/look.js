// What the stories ask of a page. Sent by the driver, never by the house; each function is called by its name.

const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
// For a choice, any of its group: the arrows do the rest.
const isIt = (element, target) => element === target || (target.type === "radio" && element.name === target.name && element.form === target.form);
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
const SELECTORS = {
  link: "a[href]", button: "button, input[type=submit]", summary: "summary",
  field: "input:not([type=radio], [type=checkbox], [type=hidden], [type=submit]), textarea, select",
  choice: "input[type=radio], input[type=checkbox]",
};
const nameOf = (element) => plain(element.getAttribute("aria-label") ?? (element.labels?.length ? element.labels[0].textContent : element.textContent));

const ASKS = "input:not([type=hidden], [type=radio], [type=checkbox], [type=file], [type=submit]), textarea";
const asking = () => [...document.querySelectorAll("main form")].filter((form) => form.method === "post" && form.querySelector(ASKS));
// As the page sends it; past the device that would be asked for a passkey.
const send = (form) => {
  form.noValidate = true;
  if (form.dataset.passkey) form.submit(); else form.requestSubmit();
};

const looks = {
  // The element of a kind that a person would call so: by its whole name, else its beginning, else a part of it; near some
  // words where there are many of that name.
  find(kind, name, near) {
    const rank = (called) => [called === name, called.startsWith(name), called.includes(name)].indexOf(true);
    const around = (element) => {
      for (let at = element.parentElement; at; at = at.parentElement) {
        if (at.matches("li, article, section, form, fieldset, tr, main") && plain(at.textContent).includes(near)) return at.textContent.length;
      }
      return -1;
    };
    const found = [...document.querySelectorAll(SELECTORS[kind])]
      .filter((element) => isSeen(kind === "choice" && element.labels[0] ? element.labels[0] : element))
      .map((element) => ({ element, rank: rank(nameOf(element)), inMain: element.closest("main") ? 0 : 1, size: near ? around(element) : 0 }))
      .filter((one) => one.rank >= 0 && one.size >= 0);
    found.sort((a, b) => a.rank - b.rank || a.size - b.size || a.inMain - b.inMain);
    return found[0]?.element;
  },
  // What is clicked to choose it.
  touchOf: (choice) => choice.labels[0] ?? choice,
  optionOf: (select, name) => [...select.options].find((option) => plain(option.textContent) === name) ?? [...select.options].find((option) => plain(option.textContent).startsWith(name)),
  optionName: (option) => plain(option.textContent),
  words: () => plain(document.querySelector("main")?.innerText ?? document.body.innerText),
  valueOf: (field) => field.value,
  isChosen: (choice) => choice.checked,
  // A mark that goes when another page comes.
  mark() { globalThis.isOldPage = location.href; },
  hasComeFrom: () => document.readyState === "complete" && globalThis.isOldPage !== location.href,
  isAtTop: () => document.activeElement === document.body,
  isAtSkipLink: () => document.activeElement?.matches("a[href='#main']") ?? false,
  isHere: (target) => isIt(document.activeElement, target),
  isInMain: (element) => Boolean(element.closest("main")),
  // Whether a person who cannot use a mouse sees where they are: something is drawn around it, and it is in sight.
  isLit(target) {
    const here = document.activeElement;
    const isSame = isIt(here, target);
    const shown = [here, ...(here?.labels ?? []), here?.nextElementSibling, here?.closest("label, li, .card")].filter(Boolean).map((one) => getComputedStyle(one));
    const isDrawn = shown.some((style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
    const box = (here?.labels?.[0] ?? here)?.getBoundingClientRect();
    const first = (here?.labels?.[0] ?? here)?.getClientRects()[0];
    const there = first && document.elementFromPoint(first.left + first.width / 2, Math.min(first.top + first.height / 2, innerHeight - 1));
    const isInSight = box && box.bottom > 0 && box.top < innerHeight && there && ((here.labels?.[0] ?? here).contains(there) || there.contains(here));
    return isSame && isDrawn && isInSight ? "" : `here: ${here?.outerHTML?.slice(0, 120)}, the same: ${isSame}, drawn: ${isDrawn}, in sight: ${isInSight}`;
  },
  // What is wrong with any page at all, as sentences.
  wrongs() {
    const wrongs = [];
    const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) {
      const over = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && isSeen(element));
      wrongs.push(`scrolls sideways by ${wide} px at ${innerWidth}: ${over.slice(0, 4).map((one) => one.outerHTML.slice(0, 90)).join(" | ")}`);
    }
    const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].slice(0, 3);
    const first = stops.map((stop) => stop.getAttribute("href")).join(" ");
    if (first !== "#main /help /leave-fast") wrongs.push(`the first stops of the keyboard are ${first}`);
    if (document.querySelector("[tabindex]:not([tabindex='0'], [tabindex='-1'])")) wrongs.push("an order of its own for the keyboard");
    if (!document.title || !document.querySelector("h1")) wrongs.push("no title or no heading");
    if (document.querySelectorAll("[style], style, script:not([src])").length) wrongs.push("style or script within the page");
    const dead = [...document.querySelectorAll("a[href^='#']")].map((link) => link.getAttribute("href")).find((href) => href !== "#" && !document.getElementById(decodeURIComponent(href.slice(1))));
    if (dead) wrongs.push(`a link to ${dead}, which is not here`);
    return wrongs;
  },
  // What the house answered with.
  answer: () => performance.getEntriesByType("navigation")[0]?.responseStatus,
  // What state a page is in that no link leads to, if it is in one.
  state() {
    const told = [...document.querySelectorAll(".summary, .note, .undo, details[open], .refusal")].map((one) => one.className);
    return told.length ? document.title + told.join() : "";
  },
  links: () => [...new Set([...document.querySelectorAll("a[href]")].filter((link) => link.origin === location.origin && !link.hasAttribute("download")).map((link) => link.pathname + link.search))],
  // Forms that ask for words, by where they are sent; each of them has a way of saying that one is missing.
  forms: () => asking().map((form) => new URL(form.action, location).pathname),
  // Whether the form is (still) there to be sent: what is sent empty may be done for good.
  sendFilled(path, letter, times) {
    const form = asking().find((one) => new URL(one.action, location).pathname === path);
    if (!form) return false;
    form.querySelectorAll(ASKS).forEach((field) => { field.removeAttribute("maxlength"); field.value = letter.repeat(times); });
    looks.mark();
    send(form);
    return true;
  },
  // Puts words into every field of a form, another one into each; where something is to be chosen, the first.
  fillAndSend(path, words) {
    const form = [...document.querySelectorAll("main form")].find((one) => new URL(one.action, location).pathname === path && one.querySelector(ASKS));
    if (!form) return 0;
    const fields = [...form.querySelectorAll(ASKS)];
    fields.forEach((field, at) => { field.value = words[at % words.length]; });
    form.querySelectorAll("input[type=radio]").forEach((one) => { one.checked ||= !form.querySelector(`input[name="${one.name}"]:checked`); });
    form.querySelectorAll("select").forEach((one) => { if (!one.value) one.selectedIndex = 1; });
    looks.mark();
    send(form);
    return fields.length;
  },
  // What stands in a page and is not ours: code in attributes, addresses that run, frames, styles, scripts, other hosts.
  strangers: () => [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(({ name, value }) => name.startsWith("on") || name === "srcdoc" || name === "style" || (["href", "src", "action", "formaction", "data"].includes(name) && /^\s*(java\s*script|data|vbscript)/i.test(value)))
    || ["IFRAME", "OBJECT", "EMBED", "BASE", "STYLE", "MATH", "NOSCRIPT"].includes(one.tagName) || one.matches("meta[http-equiv], script:not([src^='/assets/']), link[rel=stylesheet]:not([href^='/assets/']), img:not([src^='/'])")).map((one) => one.outerHTML.slice(0, 160)),
  ground: () => getComputedStyle(document.body).backgroundColor,
  // What a sheet of paper would have on it and should not.
  onPaper() {
    const wrongs = [...document.querySelectorAll("button, input, textarea, select, nav, .out, .foot")].filter(isSeen).slice(0, 4).map((one) => `to print: ${one.outerHTML.slice(0, 100)}`);
    if (looks.ground() !== "rgb(255, 255, 255)") wrongs.push(`the paper is ${looks.ground()}`);
    const dark = (colour) => { const [r, g, b] = colour.match(/[\d.]+/g).map(Number); return 0.3 * r + 0.6 * g + 0.1 * b < 120; };
    const pale = [...document.querySelectorAll("main :is(h1, h2, h3, p, li, a, dt, dd)")].filter(isSeen).find((one) => !dark(getComputedStyle(one).color));
    if (pale) wrongs.push(`pale: ${getComputedStyle(pale).color} ${pale.outerHTML.slice(0, 100)}`);
    if (!document.querySelector("main h1") || !isSeen(document.querySelector("main h1"))) wrongs.push("no heading");
    return wrongs;
  },
  // What axe says about the page as it stands.
  axe: () => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], elementRef: false })
    .then((told) => ({ rules: told.violations.length + told.passes.length, undecided: told.incomplete.length,
      violations: told.violations.map((rule) => `${rule.id}: ${rule.help}: ${rule.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 200)})`).join(" | ")}`) })),
};
