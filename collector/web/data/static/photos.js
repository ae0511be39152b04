"use strict";
// Photographs: one request each, so that each is judged as soon as it is there; one travels while another is read.
const upload = document.getElementById("upload");
const list = upload.querySelector(".sending");
const results = upload.querySelector(".results");
const AT_ONCE = 2;
const waiting = [];
let going = 0;
let open = 0;
let arrived = 0;

const told = (row, text, kind) => {
  const line = document.createElement("span");
  line.className = `told ${kind}`;
  line.textContent = text;
  row.append(line);
};

const refuse = (file, row, text, canRepeat) => {
  open += 1;
  row.querySelector(".is").textContent = "✕";
  told(row, text, "problem");
  if (!canRepeat) return;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "small";
  again.textContent = upload.dataset.again;
  again.addEventListener("click", () => {
    open -= 1;
    row.remove();
    take([file]);
  });
  row.append(again);
};

// Where many photographs wait, the answer comes before the verdict, which is then asked for until it is there.
const rest = () => new Promise((resolve) => { window.setTimeout(resolve, 2000); });
const ask = () => fetch(upload.dataset.photos, { headers: { Accept: "application/json" } })
  .then((answer) => (answer.ok ? answer.json() : { photos: [] })).then((answer) => answer.photos).catch(() => []);

const settle = async (photos) => {
  let settled = photos;
  while (settled.some((photo) => photo.unread)) {
    await rest();
    const known = new Map((await ask()).map((photo) => [photo.number, photo]));
    settled = settled.map((photo) => known.get(photo.number) || photo);
  }
  return settled;
};

const show = async (file, row, answer) => {
  const photos = await settle((answer && answer.photos) || []);
  const error = (answer && answer.error) || null;
  if (error || !photos.length) return refuse(file, row, error ? say(error) : upload.dataset.failed, true);
  row.querySelector(".is").textContent = photos.every((photo) => photo.error) ? "✕" : "✓";
  for (const photo of photos) {
    arrived += 1;
    const words = photo.flawed ? upload.dataset.flawed : upload.dataset.read;
    if (photo.error) told(row, say(photo.error), "problem");
    else told(row, words.replace("{page}", photo.page).replace("{count}", photo.flawed), "hint");
  }
};

const send = (file, row) => new Promise((resolve) => {
  const bar = row.querySelector("progress");
  const state = row.querySelector(".is");
  const request = new XMLHttpRequest();
  request.open("POST", upload.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    state.textContent = `${upload.dataset.sending} ${Math.round(100 * bar.value)} %`;
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    state.textContent = upload.dataset.reading;
  });
  request.addEventListener("loadend", () => {
    show(file, row, request.response).then(() => {
      bar.remove();
      resolve();
    });
  });
  const body = new FormData();
  body.append("photos", file);
  request.send(body);
});

const work = async () => {
  if (going >= AT_ONCE) return;
  going += 1;
  while (waiting.length) {
    const [file, row] = waiting.shift();
    row.querySelector(".is").textContent = upload.dataset.sending;
    await send(file, row);
  }
  going -= 1;
  if (going) return;
  results.hidden = !(arrived && open);
  if (arrived && !open) window.location.reload();
};

const take = (files) => {
  const limit = Number(upload.dataset.limit);
  for (const file of files) {
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const state = document.createElement("span");
    state.className = "is";
    row.append(name, state);
    list.append(row);
    if (file.size > limit) {
      refuse(file, row, upload.dataset.tooLarge.replace("{limit}", Math.floor(limit / 1e6)), false);
      continue;
    }
    state.textContent = upload.dataset.waiting;
    const bar = document.createElement("progress");
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    row.append(bar);
    waiting.push([file, row]);
  }
  list.scrollIntoView({ block: "nearest" });
  for (let lane = 0; lane < AT_ONCE && waiting.length; lane += 1) work();
};

for (const input of upload.querySelectorAll("input[type=file]")) {
  const chosen = () => {
    take(Array.from(input.files));
    input.value = "";
  };
  input.addEventListener("change", chosen);
  if (input.files.length) chosen(); // a quick hand chose before this script had come
}
// Whatever is dropped anywhere on the page is meant for the form; else the browser would leave for the picture.
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => { event.preventDefault(); upload.classList.add("over"); });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) upload.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  upload.classList.remove("over");
  take(Array.from(event.dataTransfer.files));
});
// Photographs that were sent before this page came: it shows what was read as soon as it is known.
if (document.querySelector("[data-unread]")) {
  const shown = document.querySelectorAll("[data-unread]").length;
  const look = async () => {
    const unread = (await ask()).filter((photo) => photo.unread).length;
    if (unread < shown && !going && !list.children.length) window.location.reload();
    else window.setTimeout(look, 2000);
  };
  window.setTimeout(look, 2000);
}
// Who leaves now would lose what has not been sent.
window.addEventListener("beforeunload", (event) => { if (going) event.preventDefault(); });
