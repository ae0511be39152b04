"use strict";
// Photographs: one request each, so that each is judged as soon as it is there.
const upload = document.getElementById("upload");
const list = upload.querySelector(".sending");
const waiting = [];
let busy = false;
let refused = false;
let arrived = 0;

const told = (row, text, kind) => {
  const line = document.createElement("span");
  line.className = `told ${kind}`;
  line.textContent = text;
  row.append(line);
};

const show = (row, answer) => {
  const state = row.querySelector(".is");
  const photos = (answer && answer.photos) || [];
  const error = (answer && answer.error) || null;
  state.textContent = error || !photos.length || photos.every((photo) => photo.error) ? "✕" : "✓";
  if (error || !photos.length) {
    refused = true;
    told(row, error ? say(error) : upload.dataset.failed, "problem");
  }
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
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    state.textContent = upload.dataset.reading;
  });
  request.addEventListener("loadend", () => {
    bar.remove();
    show(row, request.response);
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
  if (arrived && !refused) window.location.reload();
};

const take = (files) => {
  for (const file of files) {
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const state = document.createElement("span");
    state.className = "is";
    state.textContent = upload.dataset.waiting;
    const bar = document.createElement("progress");
    bar.value = 0;
    row.append(name, state, bar);
    list.append(row);
    waiting.push([file, row]);
  }
  list.scrollIntoView({ block: "nearest" });
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
