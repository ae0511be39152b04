"use strict";
// The operator's tables refresh themselves.
const live = document.getElementById("live");
if (live) {
  window.setInterval(() => {
    if (document.hidden || live.contains(document.activeElement)) return;
    fetch(live.dataset.live).then((answer) => (answer.ok && !answer.redirected ? answer.text() : null)).then((text) => {
      if (text) live.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    }).catch(() => {});
  }, 3000);
}
