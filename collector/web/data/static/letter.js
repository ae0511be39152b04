"use strict";
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
  let pointer = null;
  let hasPen = false;

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
    // Of the hand that rests on the glass only the pen writes; a second finger does not break the first one's stroke.
    hasPen = hasPen || event.pointerType === "pen";
    if (!event.isPrimary || event.button > 0 || (line && pointer !== event.pointerId)) return;
    if (hasPen && event.pointerType === "touch") return;
    pointer = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    line = [point(event)];
    lines.push(line);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line || event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
    for (const each of events.length ? events : [event]) {
      const [x, y] = point(each);
      const [lastX, lastY] = line[line.length - 1];
      if (Math.hypot(x - lastX, y - lastY) > 0.006) line.push([x, y]);
    }
    paint();
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => { if (event.pointerId === pointer) line = null; });
  }
  const undo = () => { lines.pop(); paint(); };
  drawing.querySelector("[data-undo]").addEventListener("click", undo);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && lines.length) { event.preventDefault(); undo(); }
  });
  drawing.querySelector("[data-clear]").addEventListener("click", () => { lines.length = 0; paint(); });
  drawing.addEventListener("submit", () => { drawing.elements.strokes.value = JSON.stringify(lines); });
  paint();
}
