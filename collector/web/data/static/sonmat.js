"use strict";
// What scripts add to every page; all pages work without them.
document.documentElement.classList.add("script");
const korean = document.body.dataset.language !== "en";
const token = document.body.dataset.formToken;
const say = (refusal) => (korean ? refusal.korean : refusal.english);

function post(url, fields) {
  const body = new URLSearchParams(fields);
  return fetch(`${url}?form_token=${token}`, { method: "POST", body, headers: { Accept: "application/json" } });
}

// The addresses of this device's writings: an address lost is a font lost. Kept in this browser alone.
const RECENT = "sonmat-recent";
const recent = {
  all() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(RECENT)) || [];
      return kept.filter((each) => /^\/s\/[\w-]{20,64}$/.test(each.path));
    } catch {
      return [];
    }
  },
  keep(list) {
    try { window.localStorage.setItem(RECENT, JSON.stringify(list.slice(0, 12))); } catch { /* a private window */ }
  },
  forget(path) { this.keep(this.all().filter((each) => each.path !== path)); },
  remember(path, name) { this.keep([{ path, name }, ...this.all().filter((each) => each.path !== path)]); },
};

for (const form of document.querySelectorAll("[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
    else recent.forget(new URL(form.action).pathname.replace(/\/delete$/, ""));
  });
}

const address = document.querySelector("[data-address]");
if (address) {
  recent.remember(address.dataset.address, address.dataset.name);
  const copy = address.querySelector("[data-copy]");
  const canShare = navigator.share && window.matchMedia("(pointer: coarse)").matches;
  if (canShare) copy.textContent = copy.dataset.share;
  copy.addEventListener("click", () => {
    const url = window.location.origin + address.dataset.address;
    if (canShare) {
      navigator.share({ title: document.title, url }).catch(() => {});
    } else if (navigator.clipboard) {
      navigator.clipboard.writeText(url).then(() => { copy.textContent = copy.dataset.copied; }).catch(() => {});
    }
  });
}

const known = document.getElementById("recent");
if (known) {
  for (const { path, name } of recent.all()) {
    const row = document.createElement("li");
    const link = document.createElement("a");
    link.href = path;
    link.textContent = name || known.dataset.untitled;
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "plain";
    forget.textContent = known.dataset.forget;
    forget.addEventListener("click", () => {
      recent.forget(path);
      row.remove();
      known.hidden = !known.querySelector("li");
    });
    row.append(link, forget);
    known.querySelector("ul").append(row);
    known.hidden = false;
  }
}
