// Looking over a grid of crops: arrows move, space marks a wrong one, Enter confirms the rest.
"use strict";
(() => {
  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=wrong]")];
  const words = form.querySelector("[data-bulk-words]");
  const begun = performance.now();
  let keys = 0;
  const tell = () => {
    const rest = boxes.filter((box) => !box.checked).length;
    words.textContent = rest ? `印のない${rest}件を確定する` : "確定せずに、1件ずつ確認する";
  };
  const across = () => {
    const tops = boxes.map((box) => box.closest("li").offsetTop);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  };
  const moves = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -across(), ArrowDown: across };
  document.addEventListener("keydown", (event) => {
    if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) keys += 1;
    const at = boxes.indexOf(document.activeElement);
    if (event.key in moves && at >= 0) {
      event.preventDefault();
      boxes[Math.min(boxes.length - 1, Math.max(0, at + moves[event.key]()))].focus();
    } else if (event.key === "Enter" && (at >= 0 || document.activeElement === document.body)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("change", tell);
  form.addEventListener("submit", () => {
    form.elements.seconds.value = ((performance.now() - begun) / 1000).toFixed(2);
    form.elements.keystrokes.value = String(keys);
  });
  if (boxes.length) boxes[0].focus();
  tell();
})();
