"use strict";
// Progress: server-sent events, and asking again and again where those do not come through.
const progress = document.getElementById("progress");
if (progress) {
  const now = progress.querySelector("[data-now]");
  const left = progress.querySelector(".hint[data-left]");
  const title = document.title;
  const learning = document.getElementById("learning");
  const amount = (seconds) => (seconds < 90
    ? Math.max(5, Math.round(seconds / 5) * 5) + now.dataset.second
    : Math.round(seconds / 60) + now.dataset.minute);

  const showSketches = ({ job, sketches }) => {
    if (!sketches || learning.dataset.shown === `${job} ${sketches}`) return;
    learning.dataset.shown = `${job} ${sketches}`;
    const at = (number) => `${progress.dataset.sketches}${job}/${number}.png`;
    const next = new Image();
    next.onload = () => {
      const latest = learning.querySelector("[data-latest]");
      latest.src = next.src;
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (!still) latest.animate([{ opacity: 0.35 }, { opacity: 1 }], { duration: 700, easing: "ease-out" });
      const first = learning.querySelector("[data-first]");
      if (first.getAttribute("src") !== at(1)) first.src = at(1);
      first.parentElement.hidden = sketches < 2;
      learning.hidden = false;
    };
    next.src = at(sketches);
  };

  const show = (status) => {
    if (status.state === "done") return window.location.assign(progress.dataset.done);
    if (status.state === "refused" || status.state === "failed") return window.location.reload();
    progress.querySelector("progress").value = status.percent;
    progress.querySelector("[data-percent]").textContent = status.percent;
    document.title = `${status.percent} % · ${title}`;
    let text = say(status);
    if (status.state === "queued") {
      text = status.is_retry ? now.dataset.retry : now.dataset.queued.replace("{place}", status.place);
    }
    if (text && now.textContent.trim() !== text) now.textContent = text;
    left.textContent = now.dataset.left.replace("{left}", amount(status.left_s));
    progress.querySelectorAll("[data-stage]").forEach((item, index) => {
      item.className = index + 1 < status.number ? "past" : index + 1 === status.number ? "now" : "";
    });
    showSketches(status);
  };

  const poll = () => fetch(progress.dataset.status, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json().then(show) : window.location.reload()))
    .catch(() => {})
    .finally(() => window.setTimeout(poll, 3000));

  let failures = 0;
  if ("EventSource" in window) {
    const stream = new EventSource(progress.dataset.events);
    stream.onmessage = (event) => { failures = 0; show(JSON.parse(event.data)); };
    stream.onerror = () => {
      failures += 1;
      if (failures === 3 || stream.readyState === EventSource.CLOSED) { stream.close(); poll(); }
    };
  } else {
    poll();
  }
}
