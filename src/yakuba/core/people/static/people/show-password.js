// One switch a form that shows what was typed into its password fields. Without script nothing is lost.
"use strict";
for (const form of document.querySelectorAll("form")) {
  const fields = form.querySelectorAll('input[type="password"]');
  if (!fields.length) continue;
  const box = document.createElement("input");
  box.type = "checkbox";
  box.id = "show-password-" + fields[0].id;
  const label = document.createElement("label");
  label.htmlFor = box.id;
  label.textContent = "パスワードを表示する";
  const row = document.createElement("div");
  row.className = "choice";
  row.append(box, label);
  fields[fields.length - 1].closest(".field").append(row);
  box.addEventListener("change", () => {
    for (const field of fields) field.type = box.checked ? "text" : "password";
  });
  form.addEventListener("submit", () => {
    for (const field of fields) field.type = "password";
  });
}
