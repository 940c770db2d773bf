// The table of seats: narrow it by a word, count what was changed, send only changed rows.
"use strict";
(() => {
  const form = document.querySelector("form[data-seats]");
  if (!form) return;
  const search = document.getElementById("seats-search");
  const count = document.getElementById("seats-count");
  const rows = [...form.querySelectorAll("tbody tr")];
  const input = (row) => row.querySelector("input");
  const changed = (row) => input(row).value.trim() !== input(row).dataset.was;
  const plain = (text) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();
  const tell = () => {
    const n = rows.filter(changed).length;
    for (const row of rows) row.classList.toggle("is-on", changed(row));
    count.textContent = n ? `変更 ${n}クラス` : "変更はありません";
  };
  search.closest("[hidden]").hidden = false;
  search.addEventListener("input", () => {
    const word = plain(search.value);
    for (const row of rows) row.hidden = !changed(row) && !plain(row.cells[0].textContent).includes(word);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("input", tell);
  form.addEventListener("submit", () => {
    for (const row of rows) input(row).disabled = !changed(row);
  });
  window.addEventListener("pageshow", () => {
    for (const row of rows) input(row).disabled = false;
    tell();
  });
})();
