// The check screen by keyboard alone. The server draws every field; this file sends decisions in the
// background, fetches the next field ahead, and brings a field back when its decision was not kept.
"use strict";
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const holder = desk.querySelector("[data-place-of-panel]");
  const status = desk.querySelector("[data-status]");
  const failure = desk.querySelector("[data-failure]");
  const byPage = desk.dataset.by === "page";
  const queue = JSON.parse(document.getElementById("check-queue").textContent);
  const history = [];
  const ahead = new Map(); // value -> promise of the panel's HTML, or null
  const drawn = new Map(); // value -> copy of a panel that was shown and is not decided, for when the network fails
  const IDLE_S = 30;
  const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "CapsLock", "NumLock"];
  let pending = 0;
  let keys = 0;
  let active = 0;
  let last = performance.now();
  let singles = true;
  const LOOK_MS = 200; // shorter than anybody looks: a key that bounced
  let shown = 0;

  // What the server drew, as nodes; a parsed document runs no script.
  const nodesOf = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes];
  const copyOf = (nodes) => nodes && nodes.map((node) => node.cloneNode(true));
  const form = () => holder.querySelector("form[data-check]");
  const field = () => form() && form().elements.text;
  const current = () => (form() ? Number(form().dataset.check) : 0);
  const editing = () => field() && !field().readOnly;
  const address = (pattern, pk) => pattern.replace("/0/", `/${pk}/`);
  const token = () => form()?.elements.csrfmiddlewaretoken.value || desk.querySelector("[data-undo] input").value;

  const touch = () => {
    const now = performance.now();
    active += Math.min(IDLE_S, (now - last) / 1000);
    last = now;
  };
  const say = (text) => { status.textContent = text; };
  const complain = (text) => {
    failure.textContent = text;
    failure.hidden = !text;
  };

  /* One field on the screen ---------------------------------------------------- */
  const begin = () => {
    const box = field();
    if (!box) return;
    const blind = "blind" in form().dataset && !form().querySelector("[data-pick]");
    const doubtful = !form().querySelector("[data-doubts]").hidden;
    box.readOnly = !(blind || doubtful);
    if (box.readOnly) form().querySelector("[data-confirm]").focus({ preventScroll: true });
    else box.focus({ preventScroll: true });
    keys = 0;
    active = 0;
    last = performance.now();
    shown = last;
    holder.removeAttribute("data-ready");
    window.setTimeout(() => { if (performance.now() - shown >= LOOK_MS) holder.setAttribute("data-ready", ""); }, LOOK_MS + 1);
    for (const cell of desk.querySelectorAll("[data-cell]")) {
      if (Number(cell.dataset.cell) === current()) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
    }
    const label = form().querySelector("label[for=v] b");
    if (label) desk.querySelector("[data-title]").textContent = label.textContent;
    const cell = desk.querySelector(`[data-cell="${current()}"] .read span`);
    if (cell) desk.querySelector("[data-place]").textContent = cell.textContent;
    fetchAhead();
  };
  const get = async (pk, early) => {
    const query = `?by=${byPage ? "page" : "field"}${early ? "&ahead=1" : ""}`;
    const answer = await fetch(address(desk.dataset.panelAddress, pk) + query, { headers: { Accept: "text/html" } });
    if (answer.status === 204) return "";
    if (answer.status === 409) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  };
  const following = () => {
    const at = queue.indexOf(current());
    return queue[(at + 1) % queue.length];
  };
  const fetchAhead = () => {
    const next = following();
    if (!next || next === current() || ahead.has(next)) return;
    ahead.set(next, get(next, true).then((html) => {
      const crop = /data-secret/.test(html || "") ? null : /src="([^"]+\/crop\/)"/.exec(html || "");
      if (crop) new Image().src = crop[1];
      return html;
    }).catch(() => ""));
  };
  const drop = (pk) => {
    const at = queue.indexOf(pk);
    if (at >= 0) queue.splice(at, 1);
    return at;
  };
  let newest = 0; // of several requests to show a field the last one holds
  const show = async (pk) => {
    newest += 1;
    const mine = newest;
    let html = "";
    let nodes;
    try {
      html = ahead.has(pk) ? await ahead.get(pk) : "";
      ahead.delete(pk);
      if (html === "") html = await get(pk, false);
      if (html !== null) nodes = nodesOf(html);
    } catch {
      nodes = copyOf(drawn.get(pk));
    }
    if (mine !== newest) return;
    if (html !== null && !nodes) {
      window.location.assign(`${desk.dataset.done}?v=${pk}`);
      return;
    }
    if (html === null) { // somebody else was faster
      const at = drop(pk);
      await goOn(Math.max(0, at));
      return;
    }
    drawn.set(pk, copyOf(nodes));
    holder.replaceChildren(...nodes);
    begin();
  };
  const finished = async () => {
    for (let n = 0; pending && n < 100; n += 1) await new Promise((go) => { setTimeout(go, 50); });
    if (!queue.length) window.location.assign(desk.dataset.done);
    else await show(queue[0]);
  };
  const goOn = async (at) => {
    if (!queue.length) {
      holder.setAttribute("aria-busy", "true");
      await finished();
      holder.removeAttribute("aria-busy");
    } else await show(queue[at % queue.length]);
  };

  /* Decisions ------------------------------------------------------------------- */
  const figures = (told) => {
    const cell = desk.querySelector(`[data-cell="${told.value}"]`);
    if (cell && told.cell) {
      const now = cell.getAttribute("aria-current");
      cell.replaceWith(...nodesOf(told.cell));
      if (now) desk.querySelector(`[data-cell="${told.value}"]`)?.setAttribute("aria-current", "true");
    }
    desk.querySelector("[data-left]").textContent = told.left;
    desk.querySelector("[data-settled]").textContent = told.settled;
    if (told.median !== null) desk.querySelector("[data-median]").textContent = `${told.median.toFixed(1)}秒`;
  };
  const send = async (where, body) => {
    const answer = await fetch(where, { method: "POST", body, headers: { Accept: "application/json" } });
    if ((answer.headers.get("Content-Type") || "").includes("json")) return answer.json();
    throw new Error(String(answer.status));
  };
  const comeBack = async (pk, at, told, kept) => {
    queue.splice(Math.min(at, queue.length), 0, pk);
    const place = history.lastIndexOf(pk);
    if (place >= 0) history.splice(place, 1);
    await show(pk);
    if (!form() || current() !== pk) return;
    if (kept) field().value = kept;
    if (told.doubts) {
      form().querySelector("[data-doubt-words]").textContent = told.doubts.join("");
      form().querySelector("[data-doubts]").hidden = false;
      form().querySelector("[data-confirm-words]").textContent = "それでも確定する";
      form().elements.sure.value = "1";
      field().readOnly = false;
      field().focus();
    }
  };
  const decide = async (act, text) => {
    const sent = form();
    if (!sent || holder.hasAttribute("aria-busy")) return;
    if (performance.now() - shown < LOOK_MS) {
      say("欄が替わったばかりです。見てから、もう一度押してください。");
      return;
    }
    // Nothing is proposed here: a stray Enter must not stand for «empty».
    if (act === "confirm" && text === undefined && "blind" in sent.dataset && !editing() && !field().value) {
      complain("候補の番号で選ぶか、F2を押して入力してください。");
      return;
    }
    touch();
    const pk = current();
    const kept = text ?? field().value;
    sent.elements.seconds.value = active.toFixed(2);
    sent.elements.keystrokes.value = String(keys);
    const body = new FormData(sent);
    body.set("act", act);
    body.set("text", kept);
    const at = drop(pk);
    history.push(pk);
    shown = Infinity; // until the next field stands there
    holder.removeAttribute("data-ready");
    complain("");
    pending += 1;
    const answered = send(sent.action, body)
      .then((told) => ({ told }), (error) => ({ error }))
      .finally(() => { pending -= 1; });
    // An entry by hand may be doubted: the person stays with it until the server has looked.
    const stays = editing() && act === "confirm";
    if (!stays) {
      say("確定を送りました");
      void goOn(Math.max(0, at));
    } else holder.setAttribute("aria-busy", "true");
    const { told, error } = await answered;
    holder.removeAttribute("aria-busy");
    if (told && told.ok) {
      figures(told);
      drawn.delete(pk);
      if (told.waits) queue.splice(Math.min(at, queue.length), 0, pk);
      if (stays) await goOn(Math.max(0, at));
      return;
    }
    const words = error ? "送れませんでした。通信を確かめて、もう一度確定してください。" : told.message;
    complain(told && told.doubts ? "" : words);
    if (told && !told.doubts && told.ok === false && error === undefined && /先に確認|別の職員|確定した欄/.test(words)) {
      const place = history.lastIndexOf(pk);
      if (place >= 0) history.splice(place, 1);
      if (stays) await goOn(Math.max(0, at));
      return;
    }
    await comeBack(pk, Math.max(0, at), told || {}, stays || error ? kept : "");
  };
  const undo = async () => {
    const pk = history.pop();
    if (!pk) {
      say("戻せる確認はありません");
      return;
    }
    for (let n = 0; pending && n < 100; n += 1) await new Promise((go) => { setTimeout(go, 50); });
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token());
    body.set("by", byPage ? "page" : "field");
    try {
      const told = await send(address(desk.dataset.undoAddress, pk), body);
      if (!told.ok) throw new Error(told.message);
      figures(told);
      queue.splice(Math.max(0, queue.indexOf(current())), 0, pk);
      say("確認を戻しました");
      complain("");
      await show(pk);
    } catch (error) {
      complain(error.message || "戻せませんでした。");
    }
  };
  const edit = () => {
    field().readOnly = false;
    field().focus();
    field().select();
  };
  const leave = () => {
    field().value = field().dataset.was;
    field().readOnly = true;
    form().querySelector("[data-doubts]").hidden = true;
    form().querySelector("[data-confirm-words]").textContent = "確定して次へ";
    form().elements.sure.value = "0";
    form().querySelector("[data-confirm]").focus();
  };
  const step = (by) => {
    const cells = [...desk.querySelectorAll("[data-cell]")].map((cell) => Number(cell.dataset.cell));
    let at = cells.indexOf(current());
    do at += by; while (at >= 0 && at < cells.length && !queue.includes(cells[at]));
    if (at >= 0 && at < cells.length) void show(cells[at]);
  };

  /* Keys ------------------------------------------------------------------------- */
  const pressed = (event) => {
    const box = field();
    if (!box) return;
    const inside = event.target;
    const elsewhere = inside instanceof HTMLElement && inside !== box && inside.matches("a, summary, select, input, textarea, button:not([data-confirm])");
    if (event.ctrlKey && event.key.toLowerCase() === "z" && !editing()) {
      event.preventDefault();
      void undo();
    } else if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    else if (event.key === "F2") {
      event.preventDefault();
      edit();
    } else if (event.key === "Escape" && editing()) {
      event.preventDefault();
      leave();
    } else if (event.key === "Enter" && !elsewhere && !(box.tagName === "TEXTAREA" && event.shiftKey)) {
      event.preventDefault();
      if (!event.repeat) void decide("confirm");
    } else if (!editing() && !event.shiftKey && event.key.startsWith("Arrow") && !elsewhere) {
      event.preventDefault();
      step(["ArrowLeft", "ArrowUp"].includes(event.key) ? -1 : 1);
    } else if (singles && !editing()) single(event);
  };
  const single = (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("input:not([readonly]):not([type=checkbox]), select")) return;
    if (/^[1-9]$/.test(event.key)) {
      const pick = form().querySelectorAll("[data-pick]")[Number(event.key) - 1];
      if (!pick) return;
      event.preventDefault();
      if (!event.repeat) void decide("confirm", pick.dataset.pick);
    } else if ([".", "*", "●"].includes(event.key)) {
      event.preventDefault();
      if (!event.repeat) void decide("illegible");
    }
  };
  document.addEventListener("keydown", (event) => {
    if (!MODIFIERS.includes(event.key)) keys += 1;
    touch();
    pressed(event);
  });
  document.addEventListener("pointerdown", touch);
  holder.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button && button.name === "pick") void decide("confirm", button.dataset.pick);
    else void decide(button && button.name === "act" ? button.value : "confirm");
  });
  holder.addEventListener("pointerup", (event) => {
    if (event.target === field() && field().readOnly) edit();
  });
  holder.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-around]");
    if (!link) return;
    event.preventDefault();
    const place = form().querySelector("[data-around-here]");
    if (place.firstChild) {
      place.replaceChildren();
      return;
    }
    const picture = document.createElement("img");
    picture.alt = "となりの欄を含む画像";
    picture.src = link.href;
    place.replaceChildren(picture);
  });
  desk.addEventListener("click", (event) => {
    const cell = event.target instanceof Element && event.target.closest("[data-cell]");
    if (cell && queue.includes(Number(cell.dataset.cell))) {
      event.preventDefault();
      void show(Number(cell.dataset.cell));
    }
  });
  const toggle = desk.querySelector("[data-keys-switch]");
  toggle.hidden = false;
  const box = toggle.querySelector("input");
  try { singles = window.localStorage.getItem("ocr-single-keys") !== "0"; } catch { /* stays on */ }
  box.checked = singles;
  box.addEventListener("change", () => {
    singles = box.checked;
    try { window.localStorage.setItem("ocr-single-keys", singles ? "1" : "0"); } catch { /* not kept */ }
    form()?.querySelector("[data-confirm]").focus();
  });
  window.addEventListener("beforeunload", (event) => {
    if (pending) event.preventDefault();
  });
  if (form()) drawn.set(current(), copyOf([...holder.childNodes]));
  begin();
})();
