"use strict";
// The result: size of the sample, and marking letters by tapping.
const size = document.getElementById("size");
if (size) {
  const sample = document.getElementById("sample");
  size.addEventListener("input", () => { sample.style.fontSize = `${size.value}px`; });
  for (const button of document.querySelectorAll("[data-sample]")) {
    button.addEventListener("click", () => { sample.value = button.dataset.sample; });
  }
}
const marking = document.getElementById("marking");
if (marking) {
  const grid = document.querySelector(".glyphs");
  const off = marking.textContent;
  let changed = false;
  let told = Promise.resolve();
  marking.addEventListener("click", () => {
    const on = grid.classList.toggle("marking");
    marking.setAttribute("aria-pressed", on);
    marking.textContent = on ? marking.dataset.on : off;
    if (!on && changed) told.then(() => window.location.reload());
  });
  grid.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !grid.classList.contains("marking")) return;
    event.preventDefault();
    const wrong = link.parentElement.classList.toggle("wrong");
    changed = true;
    // One after another, so that the last tap on a letter is also the last to arrive.
    told = told.then(() => post(link.href, { action: wrong ? "mark" : "unmark" }))
      .then((answer) => { if (!answer.ok) link.parentElement.classList.toggle("wrong", !wrong); })
      .catch(() => link.parentElement.classList.toggle("wrong", !wrong));
  });
}
