// Measures how long a person actively works on a case. A page switches it on with
// data-effects-task="system.task" and data-effects-case="number" on <body> or any element.
// What is sent: the task, the case's number, and that something was done; never keys or contents.
(() => {
  "use strict";
  const place = document.querySelector("[data-effects-task]");
  if (!place) return;
  const base = place.dataset.effectsUrl || "/staff/effects/capture/";
  const every = 5000; // at most one report in five seconds
  let session = null;
  let starting = false;
  let sentAt = 0;

  const token = () => {
    const meta = document.querySelector('meta[name="csrf-token"]');
    if (meta) return meta.content;
    const field = document.querySelector('input[name="csrfmiddlewaretoken"]');
    if (field) return field.value;
    const cookie = document.cookie.match(/(?:^|; )(?:__Host-|__Secure-)?csrftoken=([^;]+)/);
    return cookie ? decodeURIComponent(cookie[1]) : "";
  };

  const post = (what, values) =>
    fetch(base + what, {
      method: "POST",
      credentials: "same-origin",
      keepalive: true, // the last report outlives the page
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(values),
    }).catch(() => null); // measuring never disturbs the work

  const begin = async () => {
    if (session || starting || document.visibilityState !== "visible") return;
    starting = true;
    const answer = await post("begin", {
      task: place.dataset.effectsTask,
      case: place.dataset.effectsCase || "",
    });
    if (answer && answer.ok) {
      session = (await answer.json()).session;
      sentAt = Date.now();
      document.documentElement.dataset.effectsState = "measuring";
    }
    starting = false;
    if (document.visibilityState !== "visible") end();
  };

  const active = async () => {
    if (!session) return;
    const now = Date.now();
    if (now - sentAt < every) return;
    sentAt = now;
    const answer = await post("activity", { session });
    if (answer && answer.status === 404) {
      session = null; // ended elsewhere, for example by signing out
      begin();
    }
  };

  const end = () => {
    if (!session) return;
    post("end", { session });
    session = null;
    document.documentElement.dataset.effectsState = "ended";
  };

  for (const name of ["keydown", "pointerdown", "pointermove", "scroll", "input"]) {
    document.addEventListener(name, active, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () =>
    document.visibilityState === "visible" ? begin() : end(),
  );
  window.addEventListener("pagehide", end);
  window.addEventListener("pageshow", begin);
  begin();
})();
