/* Small comforts. Every page works without this file. */
"use strict";

(() => {
  const typing = (element) =>
    element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

  /* Dialogs: a link to #id with data-opens="id" opens <dialog id="id"> as a modal one. */
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target && target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog instanceof HTMLDialogElement) {
        event.preventDefault();
        if (dialog.open) dialog.close();
        dialog.showModal();
      }
      return;
    }
    const closer = target && target.closest("[data-close]");
    if (closer) {
      const dialog = closer.closest("dialog");
      const toast = closer.closest("[data-toast]");
      if (dialog) {
        event.preventDefault();
        dialog.close();
      }
      if (toast) toast.remove();
    }
    for (const menu of document.querySelectorAll("details.usermenu[open]")) {
      if (target && !menu.contains(target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.usermenu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    /* "/" goes to the search field, unless somebody is typing. */
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const search = document.querySelector(".topsearch input, form[role=search] input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  const ready = () => {
    for (const button of document.querySelectorAll("[data-toast] [data-close]")) button.hidden = false;
    const faults = document.querySelector(".notice-bad[tabindex]");
    if (faults) faults.focus();
    for (const element of document.querySelectorAll("[data-submit-on-change]")) {
      element.addEventListener("change", () => element.form && element.form.requestSubmit());
    }
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
