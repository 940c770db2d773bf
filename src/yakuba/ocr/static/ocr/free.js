// A free document: a line and its box light up together, a box leads to its line, the text is copied.
"use strict";
(() => {
  const form = document.querySelector("form[data-lines]");
  if (!form) return;
  const boxOf = (number) => document.querySelector(`.line-box[data-line="${number}"]`);
  const light = (event, on) => {
    const line = event.target.closest("li[data-line]");
    const box = line && boxOf(line.dataset.line);
    if (box) box.classList.toggle("is-now", on);
  };
  for (const [begin, end] of [["focusin", "focusout"], ["mouseover", "mouseout"]]) {
    form.addEventListener(begin, (event) => light(event, true));
    form.addEventListener(end, (event) => light(event, false));
  }
  for (const box of document.querySelectorAll(".line-box[data-line]")) {
    box.addEventListener("click", () => {
      const input = form.elements[`line-${box.dataset.line}`];
      input.focus();
      input.scrollIntoView({ block: "center" });
    });
  }
  // Enter goes to the next line instead of saving; the button saves.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const inputs = [...form.querySelectorAll("input[name^=line-]")];
    const next = inputs[inputs.indexOf(event.target) + 1];
    if (next) next.focus();
    else form.querySelector("button[type=submit]").focus();
  });
  const button = form.querySelector("[data-copy]");
  const said = form.querySelector("[data-copied]");
  const text = document.querySelector("textarea[data-text]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "コピーしました。";
    } catch {
      // Without a secure connection a page may not write the clipboard: show the text, chosen.
      text.closest("details").open = true;
      text.focus();
      text.select();
      said.textContent = "文字を選んであります。コピーしてください。";
    }
  });
})();
