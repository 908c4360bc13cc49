// What pages gain where there is JavaScript. Everything here works without it, only less comfortably; no sentence is
// written here: each stands in the page, and is shown.
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
const kept = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* a browser that keeps nothing has nothing to drop */ } },
  forget() { kept.set = () => false; try { Object.keys(localStorage).filter((key) => /^(draft|after):/.test(key)).forEach(kept.drop); } catch { /* the same */ } },
};

// Leave fast: the page goes dark first, half-written words leave this browser, then another page takes its place in the history.
const leave = (link) => {
  document.title = "\u200b";
  document.documentElement.hidden = true;
  kept.forget();
  location.replace(link.href);
};
const way = document.querySelector("a[data-leave]");
way?.addEventListener("click", (event) => { event.preventDefault(); leave(way); });
let presses = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat) return;
  presses = [...presses.filter((at) => event.timeStamp - at < 2000), event.timeStamp];
  if (presses.length > 2 && way) return leave(way);
  all("details.hear[open]", (open) => { open.open = false; if (open.contains(document.activeElement)) open.firstElementChild.focus(); });
});
addEventListener("click", (event) => all("details.hear[open]", (open) => { if (!open.contains(event.target)) open.open = false; }));

document.querySelector("[data-focus]")?.focus();

// How much room is left, once four fifths are written.
all("textarea[data-max]", (area) => {
  const max = Number(area.dataset.max);
  if (!(max > 0)) return;
  const count = Object.assign(document.createElement("output"), { className: "count" });
  count.htmlFor = area.id;
  area.after(count);
  const number = new Intl.NumberFormat(document.documentElement.lang || undefined);
  const tell = () => {
    const now = [...area.value].length;
    count.hidden = now < max * 0.8;
    count.classList.toggle("over", now > max);
    count.value = `${number.format(now)} / ${number.format(max)}`;
  };
  area.addEventListener("input", tell);
  tell();
});

// Drafts. One that was sent is forgotten only when a page comes back that did not refuse it.
try {
  const sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  if (sent && !document.querySelector("[data-focus], .refusal")) sent.split("\n").forEach(kept.drop);
} catch { /* nothing is kept, so nothing was sent */ }
all("textarea[data-draft]", (area) => {
  const key = `draft:${area.dataset.draft}`;
  const told = area.form?.querySelector("[data-draft-kept]");
  const show = () => { if (told) told.hidden = false; };
  const before = kept.get(key);
  if (before && !area.value.trim()) {
    area.value = before;
    area.dispatchEvent(new Event("input"));
    show();
  }
  let wait;
  const keep = () => {
    clearTimeout(wait);
    if (!area.value.trim()) kept.drop(key);
    else if (area.value !== area.defaultValue && kept.set(key, area.value)) show();
  };
  area.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(keep, 600); });
  addEventListener("pagehide", keep);
  area.form?.addEventListener("submit", () => {
    keep();
    try { sessionStorage.setItem("sent", [sessionStorage.getItem("sent"), key].filter(Boolean).join("\n")); } catch { /* as above */ }
  });
});
all("form[data-forget]", (form) => form.addEventListener("submit", kept.forget));

// Ten seconds in which it can be taken back; they stand still while somebody is at it.
all("form[data-undo]", (form) => {
  let left = Number(form.dataset.undo);
  const seconds = form.querySelector("[data-seconds]");
  form.toggleAttribute("data-counting", true);
  const tick = setInterval(() => {
    if (form.matches(":hover, :focus-within")) return;
    left -= 1;
    if (seconds) seconds.textContent = String(Math.max(left, 0));
    if (left > 0) return;
    clearInterval(tick);
    form.remove();
  }, 1000);
  form.addEventListener("submit", () => clearInterval(tick));
});

all("button[data-copy]", (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.textContent;
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
});

// Heavier, same, lighter: for oneself, in this browser alone.
all("form[data-afterwards]", (form) => {
  const key = `after:${form.dataset.afterwards}`;
  const list = form.querySelector("[data-kept]");
  const said = [...form.querySelectorAll("button[value]")];
  const clear = form.querySelector("[data-clear]");
  const read = () => { try { return JSON.parse(kept.get(key)) ?? []; } catch { return []; } };
  const show = () => {
    const rows = read();
    const day = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
    list?.replaceChildren(...rows.slice(-10).reverse().map(([at, value]) => {
      const row = document.createElement("li");
      row.textContent = `${day.format(at)} · ${said.find((button) => button.value === value)?.textContent ?? value}`;
      return row;
    }));
    said.forEach((button) => button.setAttribute("aria-pressed", String(button.value === form.dataset.now)));
    if (clear) clear.hidden = rows.length === 0;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter === clear) kept.drop(key);
    else if (event.submitter?.value) kept.set(key, JSON.stringify([...read(), [Date.now(), event.submitter.value]].slice(-200)));
    form.dataset.now = event.submitter === clear ? "" : event.submitter?.value ?? "";
    show();
  });
  show();
});
