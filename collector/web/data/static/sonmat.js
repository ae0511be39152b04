"use strict";
// What scripts add to pages that work without them: sending photographs one by one, live progress, drawing, marking.
document.documentElement.classList.add("script");
const korean = document.body.dataset.language !== "en";
const token = document.body.dataset.formToken;
const say = (refusal) => (korean ? refusal.korean : refusal.english);

function post(url, fields) {
  const form = new FormData();
  form.append("form_token", token);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return fetch(url, { method: "POST", body: form, headers: { Accept: "application/json" } });
}

for (const form of document.querySelectorAll("[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

// Photographs: one request each, so that each is judged as soon as it is there.
const upload = document.getElementById("upload");
if (upload) {
  const list = upload.querySelector(".sending");
  let waiting = [];
  let busy = false;
  let refused = false;

  const send = (file, row) => new Promise((resolve) => {
    const bar = row.querySelector("progress");
    const state = row.querySelector(".is");
    const request = new XMLHttpRequest();
    request.open("POST", upload.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      state.textContent = upload.dataset.reading;
    });
    request.addEventListener("loadend", () => {
      bar.remove();
      const answer = request.response;
      const photo = answer && answer.photos && answer.photos[0];
      const error = (answer && answer.error) || (photo && photo.error);
      if (photo && !error) {
        const flaws = photo.flawed ? (korean ? ` · 다시 볼 글자 ${photo.flawed}개` : ` · ${photo.flawed} to look at`) : "";
        state.textContent = (korean ? `${photo.page}쪽 ✓` : `page ${photo.page} ✓`) + flaws;
      } else {
        refused = refused || !photo;
        state.textContent = "✕";
        const told = document.createElement("span");
        told.className = "told problem";
        told.textContent = error ? say(error) : upload.dataset.failed;
        row.append(told);
      }
      resolve();
    });
    const body = new FormData();
    body.append("form_token", token);
    body.append("photos", file);
    request.send(body);
  });

  const work = async () => {
    if (busy) return;
    busy = true;
    while (waiting.length) {
      const [file, row] = waiting.shift();
      row.querySelector(".is").textContent = upload.dataset.sending;
      await send(file, row);
    }
    busy = false;
    if (!refused) window.location.reload();
  };

  const take = (files) => {
    for (const file of files) {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = file.name;
      const state = document.createElement("span");
      state.className = "is";
      const bar = document.createElement("progress");
      bar.value = 0;
      row.append(name, state, bar);
      list.append(row);
      waiting.push([file, row]);
    }
    work();
  };

  for (const input of upload.querySelectorAll("input[type=file]")) {
    const chosen = () => {
      take(Array.from(input.files));
      input.value = "";
    };
    input.addEventListener("change", chosen);
    if (input.files.length) chosen(); // a quick hand chose before this script had come
  }
  for (const kind of ["dragenter", "dragover"]) {
    upload.addEventListener(kind, (event) => { event.preventDefault(); upload.classList.add("over"); });
  }
  upload.addEventListener("dragleave", () => upload.classList.remove("over"));
  upload.addEventListener("drop", (event) => {
    event.preventDefault();
    upload.classList.remove("over");
    take(Array.from(event.dataTransfer.files));
  });
}

// Progress: server-sent events, and asking again and again where those do not come through.
const progress = document.getElementById("progress");
if (progress) {
  const now = progress.querySelector("[data-now]");
  const left = progress.querySelector(".hint[data-left]");
  const amount = (seconds) => (seconds < 90
    ? Math.max(5, Math.round(seconds / 5) * 5) + now.dataset.second
    : Math.round(seconds / 60) + now.dataset.minute);

  const show = (status) => {
    if (status.state === "done") return window.location.assign(progress.dataset.done);
    if (status.state === "refused" || status.state === "failed") return window.location.reload();
    progress.querySelector("progress").value = status.percent;
    progress.querySelector("[data-percent]").textContent = status.percent;
    let text = say(status);
    if (status.state === "queued") {
      text = status.is_retry ? now.dataset.retry : now.dataset.queued.replace("{place}", status.place);
    }
    if (text && now.textContent.trim() !== text) now.textContent = text;
    left.textContent = now.dataset.left.replace("{left}", amount(status.left_s));
    progress.querySelectorAll("[data-stage]").forEach((item, index) => {
      item.className = index + 1 < status.number ? "past" : index + 1 === status.number ? "now" : "";
    });
  };

  const poll = () => fetch(progress.dataset.status, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json().then(show) : window.location.reload()))
    .catch(() => {})
    .finally(() => window.setTimeout(poll, 3000));

  let failures = 0;
  const stream = new EventSource(progress.dataset.events);
  stream.onmessage = (event) => { failures = 0; show(JSON.parse(event.data)); };
  stream.onerror = () => {
    failures += 1;
    if (failures === 3) { stream.close(); poll(); }
  };
}

// The drawing board: points in em, so that the ink is drawn by the server with the writer's own pen.
const drawing = document.getElementById("drawing");
if (drawing) {
  const canvas = drawing.querySelector("canvas");
  const pen = Number(canvas.dataset.pen) / 1000;
  const margin = 0.12;
  const em = canvas.width / (1 + 2 * margin);
  const context = canvas.getContext("2d");
  const save = drawing.querySelector("[data-save]");
  const lines = [];
  let line = null;

  const guide = (x1, y1, x2, y2) => {
    context.beginPath();
    context.moveTo((x1 + margin) * em, (y1 + margin) * em);
    context.lineTo((x2 + margin) * em, (y2 + margin) * em);
    context.stroke();
  };

  const paint = () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.lineWidth = 2;
    context.strokeStyle = "#b9d0dd";
    context.strokeRect(margin * em, margin * em, em, em);
    context.setLineDash([10, 12]);
    context.strokeStyle = "#d3e1e9";
    if ("latin" in canvas.dataset) {
      guide(0, 0.3, 1, 0.3);
      context.setLineDash([]);
      guide(0, 0.7, 1, 0.7);
    } else {
      guide(0.5, 0, 0.5, 1);
      guide(0, 0.5, 1, 0.5);
    }
    context.setLineDash([]);
    context.strokeStyle = context.fillStyle = "#26221f";
    context.lineWidth = pen * em;
    context.lineCap = context.lineJoin = "round";
    for (const points of lines) {
      context.beginPath();
      points.forEach(([x, y], index) => context[index ? "lineTo" : "moveTo"]((x + margin) * em, (y + margin) * em));
      if (points.length === 1) context.lineTo((points[0][0] + margin) * em + 0.1, (points[0][1] + margin) * em);
      context.stroke();
    }
    save.disabled = !lines.length;
  };

  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map(
      (value) => Math.round((value / box.width * (1 + 2 * margin) - margin) * 1e4) / 1e4);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    line = [point(event)];
    lines.push(line);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line || !event.isPrimary) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
    for (const each of events.length ? events : [event]) {
      const [x, y] = point(each);
      const [lastX, lastY] = line[line.length - 1];
      if (Math.hypot(x - lastX, y - lastY) > 0.006) line.push([x, y]);
    }
    paint();
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => { line = null; });
  drawing.querySelector("[data-undo]").addEventListener("click", () => { lines.pop(); paint(); });
  drawing.querySelector("[data-clear]").addEventListener("click", () => { lines.length = 0; paint(); });
  drawing.addEventListener("submit", () => { drawing.elements.strokes.value = JSON.stringify(lines); });
  paint();
}

// The result: size of the sample, and marking letters by tapping.
const size = document.getElementById("size");
if (size) {
  const sample = document.getElementById("sample");
  size.addEventListener("input", () => { sample.style.fontSize = `${size.value}px`; });
}
const marking = document.getElementById("marking");
if (marking) {
  const grid = document.querySelector(".glyphs");
  const off = marking.textContent;
  let changed = false;
  marking.addEventListener("click", () => {
    const on = grid.classList.toggle("marking");
    marking.setAttribute("aria-pressed", on);
    marking.textContent = on ? marking.dataset.on : off;
    if (!on && changed) window.location.reload();
  });
  grid.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !grid.classList.contains("marking")) return;
    event.preventDefault();
    const wrong = link.parentElement.classList.toggle("wrong");
    changed = true;
    post(link.href, { action: wrong ? "mark" : "unmark" })
      .then((answer) => { if (!answer.ok) link.parentElement.classList.toggle("wrong", !wrong); })
      .catch(() => link.parentElement.classList.toggle("wrong", !wrong));
  });
}

// The operator's table refreshes itself.
const live = document.getElementById("live");
if (live) {
  window.setInterval(() => {
    if (document.hidden) return;
    fetch(live.dataset.live).then((answer) => (answer.ok && !answer.redirected ? answer.text() : null)).then((text) => {
      if (text) live.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    }).catch(() => {});
  }, 3000);
}
