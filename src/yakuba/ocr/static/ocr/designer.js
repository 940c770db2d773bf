// The designer: fields of a form on its blank sheet, by mouse, finger, keyboard or numbers alone.
// Places are millimetres from the top left corner; what is saved is the whole definition.
"use strict";
(() => {
  const place = document.getElementById("design");
  if (!place) return;
  const { element, shape, atEdge, isBox, inside, between, snapped, snappedMove, History } = window.yakubaDesigner;
  const data = (name) => JSON.parse(place.dataset[name]);
  const words = data("words");
  const lines = data("lines");
  const canvas = document.getElementById("canvas");
  const room = canvas.parentElement;
  const byId = (id) => document.getElementById(id);
  let form = data("definition");
  let faults = data("faults");
  let chosen = form.fields.length ? { field: 0, option: null } : null;
  let zoom = 1;
  let drag = null;
  let checking = 0;
  let saving = false;
  form.rules = form.rules || [];
  const history = new History(JSON.stringify(form));
  const saved = history.now;

  const width = () => Number(form.page.width_mm) || 210;
  const height = () => Number(form.page.height_mm) || 297;
  const fieldOf = (at) => (at && form.fields[at.field]) || null;
  const titleOf = (field) => field.label || field.name || "（名前なし）";
  const boxOf = (at) => {
    const field = fieldOf(at);
    if (!field) return null;
    return at.option === null ? field.box : (field.options[at.option] || {}).box;
  };
  const setBox = (at, box) => {
    const field = fieldOf(at);
    if (at.option === null) field.box = box;
    else field.options[at.option].box = box;
  };
  const places = () => {
    const found = [];
    form.fields.forEach((field, index) => {
      if (isBox(field.box)) found.push({ field: index, option: null });
      (field.options || []).forEach((option, number) => {
        if (isBox(option.box)) found.push({ field: index, option: number });
      });
    });
    return found;
  };
  const same = (a, b) => a && b && a.field === b.field && a.option === b.option;
  const faultsOf = (part, index) => faults.filter((one) => one.part === part && one.index === index);

  /* Drawing --------------------------------------------------------------- */
  const scale = () => (Math.max(260, room.clientWidth - 2) / width()) * zoom;

  const draw = () => {
    const s = scale();
    canvas.setAttribute("width", Math.round(width() * s));
    canvas.setAttribute("height", Math.round(height() * s));
    const all = [shape("image", { href: place.dataset.blank, x: 0, y: 0, width: width() * s, height: height() * s, preserveAspectRatio: "none" })];
    for (const at of places()) all.push(...drawn(at, s));
    if (drag && drag.ghost) all.push(rect(drag.ghost, s, "ghost"));
    canvas.replaceChildren(...all);
  };
  const rect = (box, s, css) => shape("rect", { x: box[0] * s, y: box[1] * s, width: box[2] * s, height: box[3] * s, class: css });
  const drawn = (at, s) => {
    const box = boxOf(at);
    const field = fieldOf(at);
    const on = same(at, chosen);
    const css = ["box", at.option === null ? "" : "is-option", on ? "is-chosen" : "", faultsOf("fields", at.field).length ? "is-faulty" : ""];
    const made = rect(box, s, css.filter(Boolean).join(" "));
    made.dataset.field = at.field;
    if (at.option !== null) made.dataset.option = at.option;
    const all = [made];
    const cells = Number(field.cells) || 0;
    for (let n = 1; at.option === null && n < cells && n < 60; n += 1) {
      const x = (box[0] + (box[2] * n) / cells) * s;
      all.push(shape("line", { x1: x, x2: x, y1: box[1] * s, y2: (box[1] + box[3]) * s, class: "cell-line" }));
    }
    const tag = shape("text", { x: box[0] * s + 2, y: box[1] * s - 3 < 12 ? box[1] * s + 14 : box[1] * s - 3, class: "tag" });
    tag.textContent = at.option === null ? `${at.field + 1}` : `${at.field + 1}-${at.option + 1}`;
    all.push(tag);
    if (on) {
      const size = 14;
      const handle = shape("rect", { x: (box[0] + box[2]) * s - size / 2, y: (box[1] + box[3]) * s - size / 2, width: size, height: size, class: "handle" });
      handle.dataset.handle = "1";
      all.push(handle);
    }
    return all;
  };

  const point = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [(event.clientX - frame.left) / scale(), (event.clientY - frame.top) / scale()];
  };
  const reach = () => (byId("snap").checked ? Math.min(1.5, 9 / scale()) : 0);

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || byId("pan").checked) return;
    canvas.focus({ preventScroll: true });
    const from = point(event);
    const target = event.target;
    const at = target.dataset.field ? { field: Number(target.dataset.field), option: target.dataset.option === undefined ? null : Number(target.dataset.option) } : null;
    if (target.dataset.handle) drag = { how: "resize", from, start: [...boxOf(chosen)] };
    else if (at && !atEdge(boxOf(at), from)) {
      choose(at);
      drag = { how: "move", from, start: [...boxOf(at)] };
    } else drag = { how: "draw", from, ghost: null, under: at };
    try { canvas.setPointerCapture(event.pointerId); } catch { /* a finger that left already */ }
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const to = point(event);
    if (drag.how === "draw") drag.ghost = between(drag.from, to);
    else {
      const by = [to[0] - drag.from[0], to[1] - drag.from[1]];
      const box = drag.how === "move" ? [drag.start[0] + by[0], drag.start[1] + by[1], drag.start[2], drag.start[3]] : [drag.start[0], drag.start[1], drag.start[2] + by[0], drag.start[3] + by[1]];
      setBox(chosen, inside(box, width(), height()));
      showNumbers();
    }
    draw();
  });
  const letGo = () => {
    if (!drag) return;
    const was = drag;
    drag = null;
    if (was.how === "draw") {
      if (was.ghost && was.ghost[2] >= 1.5 && was.ghost[3] >= 1.5) addBox(inside(snapped(was.ghost, lines, reach()), width(), height()));
      else choose(was.under);
    } else if (String(boxOf(chosen)) !== String(was.start)) {
      const snap = was.how === "move" ? snappedMove : snapped;
      setBox(chosen, inside(snap(boxOf(chosen), lines, reach()), width(), height()));
      showNumbers();
      commit();
    }
    draw();
  };
  canvas.addEventListener("pointerup", letGo);
  canvas.addEventListener("pointercancel", letGo);
  byId("pan").addEventListener("change", (event) => canvas.classList.toggle("is-panning", event.target.checked));

  /* Acts ------------------------------------------------------------------- */
  const freeName = (wanted) => {
    const taken = new Set(form.fields.map((one) => one.name));
    let number = form.fields.length + 1;
    if (wanted && !taken.has(wanted)) return wanted;
    const stem = (wanted || "field").replace(/_?\d+$/, "").slice(0, 50) || "field";
    if (wanted) number = 2;
    while (taken.has(`${stem}${wanted ? "_" : ""}${number}`)) number += 1;
    return `${stem}${wanted ? "_" : ""}${number}`;
  };
  const addBox = (box) => {
    const kind = byId("draw-kind").value;
    const field = fieldOf(chosen);
    if (kind === "circle" && field && field.kind === "circle") {
      field.options = [...(field.options || []), { value: `選択肢${(field.options || []).length + 1}`, box }];
      choose({ field: chosen.field, option: field.options.length - 1 });
    } else {
      const before = field || form.fields[form.fields.length - 1]; // a sheet is mostly written in one way
      const made = { name: freeName(""), kind, writing: (before && before.writing) || "hand" };
      if (kind === "circle") made.options = [{ value: "選択肢1", box }];
      else made.box = box;
      form.fields.push(made);
      choose({ field: form.fields.length - 1, option: kind === "circle" ? 0 : null });
    }
    commit();
  };
  const add = () => {
    const last = boxOf(chosen) || [width() * 0.1, height() * 0.08, width() * 0.3, 8];
    addBox(inside([last[0], last[1] + last[3] + 2, last[2], last[3]], width(), height()));
    byId("f-label").focus();
  };
  const duplicate = () => {
    const field = fieldOf(chosen);
    if (!field) return;
    if (chosen.option !== null) {
      const option = field.options[chosen.option];
      const [x, y, w, h] = option.box;
      field.options.push({ value: `選択肢${field.options.length + 1}`, box: inside([x + w + 2, y, w, h], width(), height()) });
      choose({ field: chosen.field, option: field.options.length - 1 });
      commit();
      return;
    }
    const made = JSON.parse(JSON.stringify(field));
    made.name = freeName(field.name);
    const down = (box) => inside([box[0], box[1] + box[3] + 1, box[2], box[3]], width(), height());
    if (isBox(made.box)) made.box = down(made.box);
    for (const option of made.options || []) if (isBox(option.box)) option.box = down(option.box);
    form.fields.splice(chosen.field + 1, 0, made);
    choose({ field: chosen.field + 1, option: made.options && made.options.length ? 0 : null });
    commit();
  };
  const remove = () => {
    const field = fieldOf(chosen);
    if (!field) return;
    if (chosen.option !== null && field.options.length > 1) {
      field.options.splice(chosen.option, 1);
      choose({ field: chosen.field, option: Math.min(chosen.option, field.options.length - 1) });
    } else {
      form.fields.splice(chosen.field, 1);
      const next = Math.min(chosen.field, form.fields.length - 1);
      choose(next < 0 ? null : first(next));
    }
    commit();
  };
  const first = (index) => ({ field: index, option: isBox(form.fields[index].box) || !(form.fields[index].options || []).length ? null : 0 });
  const shiftField = (by) => {
    const to = chosen.field + by;
    if (to < 0 || to >= form.fields.length) return;
    const [field] = form.fields.splice(chosen.field, 1);
    form.fields.splice(to, 0, field);
    choose({ field: to, option: chosen.option });
    commit();
  };
  const restore = (text) => {
    if (text === null) return;
    const was = form.fields.map((one) => JSON.stringify(one));
    form = JSON.parse(text);
    const changed = form.fields.findIndex((one, index) => JSON.stringify(one) !== was[index]);
    const at = changed >= 0 ? changed : Math.min(chosen ? chosen.field : 0, form.fields.length - 1);
    chosen = at < 0 ? null : first(at); // the eye goes where something came back
    showAll();
    validate();
  };
  const acts = {
    add, duplicate, remove,
    undo: () => restore(history.undo()),
    redo: () => restore(history.redo()),
    larger: () => { zoom = Math.min(5, zoom * 1.25); draw(); },
    smaller: () => { zoom = Math.max(1, zoom / 1.25); draw(); },
  };
  for (const button of place.querySelectorAll("[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());

  const ARROWS = { ArrowLeft: [-0.5, 0], ArrowRight: [0.5, 0], ArrowUp: [0, -0.5], ArrowDown: [0, 0.5] };
  canvas.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const control = event.ctrlKey || event.metaKey;
    let done = true;
    if (ARROWS[key] && boxOf(chosen) && !control) {
      const [x, y] = ARROWS[key];
      const box = boxOf(chosen);
      const next = event.shiftKey ? [box[0], box[1], box[2] + x, box[3] + y] : [box[0] + x, box[1] + y, box[2], box[3]];
      setBox(chosen, inside(next, width(), height()));
      showNumbers();
      draw();
      commit();
    } else if (control && key === "d") duplicate();
    else if (control && (key === "y" || (key === "z" && event.shiftKey))) acts.redo();
    else if (control && key === "z") acts.undo();
    else if (control || event.altKey) done = false;
    else if (key === "Delete" || key === "Backspace") remove();
    else if (key === "a") add();
    else if (key === "n" || key === "p") step(key === "n" ? 1 : -1);
    else if (key === "Enter" && chosen) byId("f-label").focus();
    else if (key === "Escape") choose(null);
    else done = false;
    if (done) event.preventDefault();
  });
  const step = (by) => {
    const all = places();
    if (!all.length) return;
    const now = all.findIndex((at) => same(at, chosen));
    choose(all[(now + by + all.length) % all.length]);
  };

  /* Beside the sheet -------------------------------------------------------- */
  const choose = (at) => {
    const changed = !(chosen === at || same(chosen, at));
    chosen = at;
    showRows();
    if (changed || !at) showForm();
    else showNumbers();
    draw();
  };
  const showRows = () => {
    byId("field-count").textContent = `${form.fields.length}個`;
    byId("field-rows").replaceChildren(
      ...form.fields.map((field, index) => {
        const bad = faultsOf("fields", index).length;
        const on = chosen && chosen.field === index;
        return element("tr", { class: bad ? "is-bad" : on ? "is-on" : false },
          element("td", { class: "r", text: index + 1 }),
          element("th", { scope: "row", class: "wrap" }, element("button", { type: "button", "aria-pressed": String(Boolean(on)), text: titleOf(field) + (bad ? `（直すところ ${bad}）` : ""), onclick: () => { choose(first(index)); byId("f-label").focus(); } })),
          element("td", { text: words.kinds[field.kind] || field.kind }));
      }),
    );
  };

  const labelled = (id, text, input, css = "") => {
    input.id = id;
    input.classList.add("input", "input-sm");
    return element("div", { class: css || false }, element("label", { for: id, text }), input, element("div", { id: `${id}-faults` }));
  };
  const textInput = (value, set, more = {}) => element("input", { value: value ?? "", ...more, oninput: (event) => { set(event.target.value); quick(); }, onchange: commit });
  const numberInput = (value, set, more = {}) => element("input", { type: "number", step: "0.5", value: value ?? "", ...more, oninput: (event) => { const n = event.target.valueAsNumber; if (Number.isFinite(n)) { set(n); quick(); } }, onchange: commit });
  const selectInput = (choices, value, set) => element("select", { onchange: (event) => { set(event.target.value); commit(); } }, ...Object.entries(choices).map(([key, text]) => element("option", { value: key, text, selected: key === value })));
  const optional = (target, key) => (value) => { if (value === "" || value === null) delete target[key]; else target[key] = value; };
  const quick = () => { showRows(); draw(); };
  const MM = ["左（mm）", "上（mm）", "幅（mm）", "高さ（mm）"];
  const boxInputs = (prefix, at) => MM.map((text, n) => labelled(`${prefix}-${n}`, text, numberInput((boxOf(at) || [])[n], (value) => { const box = [...(boxOf(at) || [0, 0, 10, 5])]; box[n] = value; setBox(at, box); }, { min: "0" })));

  const showForm = () => {
    const field = fieldOf(chosen);
    const where = byId("field-form");
    byId("field-title").textContent = field ? `${chosen.field + 1}番目の欄` : "選んだ欄";
    if (!field) {
      where.replaceChildren(element("p", { class: "muted", text: form.fields.length ? "欄を選ぶと、ここで直せます。" : "用紙の上をドラッグするか、「欄を足す」を押すと、欄ができます。" }));
      return;
    }
    const index = chosen.field;
    const parts = [
      labelled("f-label", "見出し", textInput(field.label, optional(field, "label"), { maxlength: 100 }), "wide"),
      labelled("f-name", "名前（JSONで使う）", textInput(field.name, (value) => rename(field, value), { maxlength: 60 })),
      labelled("f-kind", "種類", selectInput(words.kinds, field.kind, (value) => setKind(field, value))),
      labelled("f-writing", "書き方", selectInput(words.writings, field.writing || "print", (value) => { field.writing = value; })),
    ];
    if (words.boxable.includes(field.kind)) parts.push(labelled("f-cells", "文字枠の数", element("input", { type: "number", min: "1", max: "60", step: "1", value: field.cells ?? "", oninput: (event) => { optional(field, "cells")(event.target.value === "" ? "" : event.target.valueAsNumber); quick(); }, onchange: commit })));
    if (field.kind === "circle") parts.push(optionsPart(field, index));
    else parts.push(element("div", { class: "wide four", id: "f-box" }, ...boxInputs("f-box", { field: index, option: null })), element("div", { class: "wide", id: "f-box-faults" }));
    parts.push(
      labelled("f-charset", "使う文字（限るとき）", textInput(field.charset, optional(field, "charset"), { maxlength: 100, placeholder: "例：0123456789" })),
      labelled("f-pattern", "書式（正規表現）", textInput(field.pattern, optional(field, "pattern"), { maxlength: 100, placeholder: "例：[0-9]{8}" })),
      labelled("f-policy", "扱い", selectInput(words.policies, field.policy || "auto_if_certified", (value) => { field.policy = value; }), "wide"),
      element("div", { class: "wide choice" }, element("input", { type: "checkbox", id: "f-required", checked: field.required === true, onchange: (event) => { field.required = event.target.checked; commit(); } }), element("label", { for: "f-required", text: "必須（空のときは職員が確認）" })),
      element("div", { class: "wide row" },
        element("button", { type: "button", class: "button secondary button-sm", text: "上へ", onclick: () => shiftField(-1) }),
        element("button", { type: "button", class: "button secondary button-sm", text: "下へ", onclick: () => shiftField(1) }),
        element("button", { type: "button", class: "button secondary button-sm", text: "複製する", onclick: duplicate }),
        element("button", { type: "button", class: "button danger button-sm", text: "欄を消す", onclick: () => { chosen = { field: index, option: null }; remove(); } })),
    );
    where.replaceChildren(element("div", { class: "designer-form" }, ...parts));
    showFaults();
  };
  const rename = (field, value) => {
    const was = field.name;
    field.name = value;
    for (const rule of form.rules) {
      for (const key of Object.keys(rule)) rule[key] = Array.isArray(rule[key]) ? rule[key].map((one) => (one === was ? value : one)) : rule[key] === was ? value : rule[key];
    }
  };
  const setKind = (field, kind) => {
    if (kind === "circle" && field.kind !== "circle") {
      field.options = [{ value: "選択肢1", box: field.box || [10, 10, 20, 6] }];
      delete field.box;
      chosen = { field: chosen.field, option: 0 };
    } else if (kind !== "circle" && field.kind === "circle") {
      field.box = field.box || ((field.options || [])[0] || {}).box || [10, 10, 20, 6];
      delete field.options;
      chosen = { field: chosen.field, option: null };
    }
    if (!words.boxable.includes(kind)) delete field.cells;
    field.kind = kind;
    showForm();
    byId("f-kind").focus();
  };
  const optionsPart = (field, index) => {
    const rows = (field.options || []).map((option, n) => element("div", { class: "option-row" },
      labelled(`o-${n}-value`, `選択肢${n + 1}`, textInput(option.value, (value) => { option.value = value; }, { maxlength: 100 })),
      ...boxInputs(`o-${n}`, { field: index, option: n }),
      element("button", { type: "button", class: "button danger button-sm", "aria-label": `選択肢${n + 1}を消す`, text: "消す", onclick: () => { field.options.splice(n, 1); chosen = first(index); showForm(); commit(); } })));
    const more = element("button", { type: "button", class: "button secondary button-sm", text: "選択肢を足す", onclick: () => {
      const last = (field.options[field.options.length - 1] || {}).box || [10, 10, 20, 6];
      field.options.push({ value: `選択肢${field.options.length + 1}`, box: inside([last[0] + last[2] + 2, last[1], last[2], last[3]], width(), height()) });
      chosen = { field: index, option: field.options.length - 1 };
      showForm();
      commit();
      byId(`o-${chosen.option}-value`).focus();
    } });
    return element("div", { class: "wide" }, ...rows, element("div", { id: "f-options-faults" }), element("p", {}, more));
  };
  const showNumbers = () => {
    if (!chosen) return;
    const prefix = chosen.option === null ? "f-box" : `o-${chosen.option}`;
    (boxOf(chosen) || []).forEach((value, n) => {
      const input = byId(`${prefix}-${n}`);
      if (input && input !== document.activeElement) input.value = value;
    });
  };

  /* Rules and the sheet ------------------------------------------------------ */
  const named = (name) => { const field = form.fields.find((one) => one.name === name); return field ? titleOf(field) : `${name}（ない欄）`; };
  const ruleText = (rule) => {
    if (rule.sum) return `${rule.sum.map(named).join(" ＋ ")} ＝ ${named(rule.equals)}`;
    if (rule.furigana !== undefined) return `${named(rule.furigana)} は ${named(rule.of)} の読み`;
    return `${named(rule.postal_code)} は ${named(rule.address)} の郵便番号`;
  };
  const AMOUNTS = ["amount", "boxed_digits"];
  const RULES = {
    sum: { text: "合計が合う", parts: AMOUNTS, second: AMOUNTS, labels: ["足す欄（2つ以上）", "合計の欄"] },
    furigana: { text: "ふりがなが氏名の読み", first: ["furigana", "boxed_hiragana", "boxed_katakana"], second: ["person_name"], labels: ["ふりがなの欄", "氏名の欄"] },
    postal: { text: "郵便番号が住所に合う", first: ["postal_code"], second: ["address"], labels: ["郵便番号の欄", "住所の欄"] },
  };
  const ofKinds = (kinds) => Object.fromEntries(form.fields.filter((one) => kinds.includes(one.kind)).map((one) => [one.name, titleOf(one)]));
  let ruleKind = "sum";
  const showRules = () => {
    byId("rule-lines").replaceChildren(
      ...(form.rules.length ? form.rules : [null]).map((rule, n) => rule === null ? element("p", { class: "muted", text: "決まりはありません。" }) : element("div", { class: "rule-line" },
        element("span", { text: ruleText(rule) }),
        element("button", { type: "button", class: "button quiet button-sm push", "aria-label": `決まり${n + 1}を消す`, text: "消す", onclick: () => { form.rules.splice(n, 1); commit(); } }),
        ...faultsOf("rules", n).map((one) => element("p", { class: "error-text" }, element("span", { text: one.text }))))),
    );
    const rule = RULES[ruleKind];
    const kinds = selectInput(Object.fromEntries(Object.entries(RULES).map(([key, one]) => [key, one.text])), ruleKind, (value) => { ruleKind = value; showRules(); byId("r-kind").focus(); });
    const second = element("select", {}, ...Object.entries(ofKinds(rule.second)).map(([value, text]) => element("option", { value, text })));
    const parts = [labelled("r-kind", "足す決まり", kinds)];
    let firstInput = null;
    if (rule.parts) {
      const boxes = Object.entries(ofKinds(rule.parts)).map(([value, text], n) => element("div", { class: "choice" }, element("input", { type: "checkbox", id: `r-part-${n}`, value }), element("label", { for: `r-part-${n}`, text })));
      parts.push(element("fieldset", {}, element("legend", { class: "small", text: rule.labels[0] }), element("div", { class: "rule-parts", id: "r-parts" }, ...boxes)));
    } else {
      firstInput = element("select", {}, ...Object.entries(ofKinds(rule.first)).map(([value, text]) => element("option", { value, text })));
      parts.push(labelled("r-first", rule.labels[0], firstInput));
    }
    parts.push(labelled("r-second", rule.labels[1], second));
    const help = element("p", { class: "error-text", hidden: true }, element("span", { text: "決まりに使う欄が足りません。種類の合う欄を先に作ってください。" }));
    const go = element("button", { type: "button", class: "button secondary button-sm", text: "決まりを足す", onclick: () => {
      const picked = [...document.querySelectorAll("#r-parts input:checked")].map((one) => one.value);
      const enough = second.value && (rule.parts ? picked.length > 1 : firstInput.value);
      help.hidden = Boolean(enough);
      if (!enough) return;
      if (ruleKind === "sum") form.rules.push({ sum: picked, equals: second.value });
      else if (ruleKind === "furigana") form.rules.push({ furigana: firstInput.value, of: second.value });
      else form.rules.push({ postal_code: firstInput.value, address: second.value });
      commit();
    } });
    byId("rule-form").replaceChildren(element("div", { class: "stack-8" }, ...parts, help, go));
  };
  const showSheet = () => {
    byId("sheet-form").replaceChildren(
      labelled("s-version", "版", textInput(form.version, (value) => { form.version = value; }, { maxlength: 100 }), "wide"),
      labelled("s-width", "用紙の幅（mm）", numberInput(form.page.width_mm, (value) => { form.page.width_mm = value; }, { min: "20", max: "1200" })),
      labelled("s-height", "用紙の高さ（mm）", numberInput(form.page.height_mm, (value) => { form.page.height_mm = value; }, { min: "20", max: "1200" })),
      labelled("s-keywords", "見分ける言葉（「、」で区切る）", textInput((form.keywords || []).join("、"), (value) => { const found = value.split("、").map((one) => one.trim()).filter(Boolean); if (found.length) form.keywords = found; else delete form.keywords; }), "wide"),
    );
  };

  /* Faults, saving ------------------------------------------------------------ */
  const FIELD_KEYS = ["label", "name", "kind", "writing", "cells", "box", "options", "charset", "pattern", "policy"];
  const showFaults = () => {
    for (const key of FIELD_KEYS) {
      const where = byId(`f-${key}-faults`);
      if (!where) continue;
      const mine = chosen ? faultsOf("fields", chosen.field).filter((one) => one.key === key) : [];
      where.replaceChildren(...mine.map((one) => element("p", { class: "error-text" }, element("span", { text: one.text }))));
      const input = byId(`f-${key}`);
      if (input && input.matches("input, select")) {
        input.toggleAttribute("aria-invalid", false);
        if (mine.length) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", `f-${key}-faults`); }
        else { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); }
      }
    }
    const rest = faults.filter((one) => one.part === "").map((one) => `${words.keys[one.key] || one.key || "用紙"}：${one.text}`);
    const unsaved = history.now === saved ? "" : "保存していない変更があります。";
    const count = faults.length ? `直すところ ${faults.length}か所。${form.fields.length ? rest.join("") : "欄がまだありません。"}` : "直すところはありません。";
    byId("design-status").textContent = unsaved + count;
  };
  const validate = () => {
    const mine = (checking += 1);
    window.setTimeout(async () => {
      if (mine !== checking) return;
      const body = new URLSearchParams({ definition: JSON.stringify(form), csrfmiddlewaretoken: place.querySelector("[name=csrfmiddlewaretoken]").value });
      const answer = await fetch(place.dataset.check, { method: "POST", credentials: "same-origin", body }).catch(() => null);
      if (!answer || mine !== checking || !(answer.headers.get("Content-Type") || "").includes("json")) return;
      faults = (await answer.json()).faults;
      showRows();
      showRules();
      showFaults();
      draw();
    }, 350);
  };
  const commit = () => {
    if (!history.note(JSON.stringify(form))) return;
    showRows();
    showRules();
    showFaults();
    draw();
    validate();
  };
  const showAll = () => {
    showRows();
    showForm();
    showRules();
    showSheet();
    showFaults();
    draw();
  };
  place.addEventListener("submit", () => {
    saving = true;
    place.elements.definition.value = JSON.stringify(form);
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type !== "checkbox") event.preventDefault(); // a number is confirmed, the form is not sent
  });
  window.addEventListener("beforeunload", (event) => {
    if (!saving && history.now !== saved) event.preventDefault();
  });
  new ResizeObserver(draw).observe(room);
  showAll();
})();
