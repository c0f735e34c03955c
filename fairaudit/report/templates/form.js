(function () {
  "use strict";
  // Everything happens on this page: nothing is fetched, and nothing leaves it but the file that "Save answers" writes.
  const data = JSON.parse(document.getElementById("data").textContent);
  const w = data.words;
  const byId = (id) => document.getElementById(id);
  const fill = (text, ...values) => values.reduce((said, value) => said.replace("{}", () => value), text);
  const place = `fairaudit:${data.audit}:${data.role}`;
  const signs = data.to_sign ? byId("sign") : null;
  const FROM_RIGHT = /^[^\p{L}]{0,500}[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
  const isSaid = (text) => text.trim() !== "";

  // --- reading and filling a question's fields ------------------------------------------------------------------

  const claimsOf = (q) => [...document.querySelectorAll(`#${q.id}-answer .claim`)];
  const radio = (name) => document.querySelector(`input[name="${name}"]:checked`);

  function choose(name, value) {
    for (const each of document.getElementsByName(name)) each.checked = each.value === value;
  }

  function rawAnswer(q) {
    if (q.kind === "choice") return (radio(`${q.id}-answer`) || { value: "" }).value;
    if (q.kind !== "claims") return byId(`${q.id}-answer`).value;
    return claimsOf(q)
      .map((row) => ({
        claim: row.querySelector(".claimed").value,
        graded: row.querySelector(".graded").value,
        evidence: row.querySelector(".shown").value,
      }))
      .filter((row) => isSaid(row.claim) || row.graded || isSaid(row.evidence));
  }

  function raw(q) {
    return {
      state: radio(`${q.id}-state`).value,
      answer: rawAnswer(q),
      reason: byId(`${q.id}-reason`).value,
      evidence: byId(`${q.id}-evidence`).value,
    };
  }

  function rawOf(q) {
    const now = q.now;
    const state = now.unknown ? "unknown" : now.not_applicable ? "not_applicable" : "answer";
    const nothing = q.kind === "claims" ? [] : "";
    const given = now.answer === undefined ? nothing : now.answer;
    const answer = q.kind === "claims" ? given : Array.isArray(given) ? given.join("\n") : String(given);
    return { state, answer, reason: now.unknown || now.not_applicable || "", evidence: (now.evidence || []).join("\n") };
  }

  function addClaim(q) {
    const rows = byId(`${q.id}-answer`);
    const row = rows.querySelector(".claim").cloneNode(true);
    for (const field of row.querySelectorAll("textarea, input, select")) field.value = "";
    rows.append(row);
    return row;
  }

  function put(q, said) {
    choose(`${q.id}-state`, said.state);
    byId(`${q.id}-reason`).value = said.reason;
    byId(`${q.id}-evidence`).value = said.evidence;
    if (said.evidence) byId(`${q.id}-evidence`).closest("details").open = true;
    if (q.kind === "choice") choose(`${q.id}-answer`, said.answer);
    else if (q.kind !== "claims") byId(`${q.id}-answer`).value = said.answer;
    else {
      claimsOf(q).slice(1).forEach((row) => row.remove());
      said.answer.forEach((claim, number) => {
        const row = number ? addClaim(q) : claimsOf(q)[0];
        row.querySelector(".claimed").value = claim.claim;
        row.querySelector(".graded").value = claim.graded;
        row.querySelector(".shown").value = claim.evidence || "";
      });
      if (!said.answer.length) clearClaim(claimsOf(q)[0]);
    }
  }

  function clearClaim(row) {
    for (const field of row.querySelectorAll("textarea, input, select")) field.value = "";
  }

  const linesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

  // What is said, as the file holds it; an empty object where nothing is.
  function said(q, given) {
    const found = {};
    if (given.state !== "answer") {
      if (isSaid(given.reason)) found[given.state] = given.reason;
    } else if (q.kind === "claims") {
      const claims = given.answer.map((row) => (isSaid(row.evidence) ? row : { claim: row.claim, graded: row.graded }));
      if (claims.length) found.answer = claims;
    } else if (q.kind === "list") {
      if (linesOf(given.answer).length) found.answer = linesOf(given.answer);
    } else if (isSaid(given.answer)) {
      const text = q.kind === "text" || q.kind === "choice" ? given.answer : given.answer.trim();
      found.answer = q.kind === "number" ? Number(text) : text;
    }
    const evidence = linesOf(given.evidence);
    if (evidence.length && Object.keys(found).length) found.evidence = evidence;
    return found;
  }

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const replaces = (q) => q.conflict && byId(`${q.id}-replaces`).checked;
  const isAnswered = (q) => Object.keys(said(q, raw(q))).some((name) => name !== "evidence");
  const isChanged = (q) => !same(raw(q), q.start) || replaces(q);

  // --- conditions ---------------------------------------------------------------------------------------------------

  const rowsOf = () => [...document.querySelectorAll("#conditions .condition")];
  const partsOf = (row) => [...row.querySelectorAll("[data-key]")];
  const rawCondition = (row) => Object.fromEntries(partsOf(row).map((part) => [part.dataset.key, part.value]));
  const isNew = (row) => !row.from && !row.saved.length;
  const saidCondition = (row) =>
    Object.fromEntries(
      Object.entries(rawCondition(row))
        .map(([key, value]) => [key, key === "due" || key === "done" ? value.trim() : value])
        .filter(([, value]) => isSaid(value)),
    );
  const isChangedCondition = (row) => !same(rawCondition(row), row.start);

  function putCondition(row, now) {
    for (const part of partsOf(row)) part.value = now[part.dataset.key] || "";
  }

  function addCondition() {
    const rows = rowsOf();
    const row = rows[0].cloneNode(true);
    row.id = `c${rows.length + 1}`;
    row.querySelector("legend").textContent = fill(w.condition_legend, rows.length + 1);
    row.querySelector(".error").id = `${row.id}-error`;
    for (const paper of row.querySelectorAll(".paper")) paper.replaceChildren();
    byId("conditions").append(row);
    startCondition(row, {}, "");
    tell(row.id, "");
    return row;
  }

  function startCondition(row, now, from) {
    putCondition(row, now);
    Object.assign(row, { from, saved: [], start: rawCondition(row) });
  }

  function restoreConditions() {
    rowsOf().forEach((row, number) => {
      const stands = data.conditions[number] || { now: {}, started_from: "" };
      startCondition(row, stands.now, stands.started_from);
    });
    for (const draft of kept.conditions || []) {
      const saved = draft.saved || [];
      if (rowsOf().some((row) => row.from && same(draft.raw, row.start))) continue; // merged meanwhile
      const isOwn = (row) => row.from === draft.from || saved.some((each) => same(each, saidCondition(row)));
      const own = rowsOf().find((row) => row.from && isOwn(row));
      const row = own || rowsOf().find((each) => isNew(each) && !isChangedCondition(each)) || addCondition();
      putCondition(row, draft.raw);
      Object.assign(row, { saved, from: own ? own.from : draft.from });
    }
  }

  function wrongWithCondition(row) {
    if (!isChangedCondition(row)) return "";
    const given = rawCondition(row);
    if (!isSaid(given.text) && (!isNew(row) || Object.keys(saidCondition(row)).length)) return w.condition_missing;
    return [given.due, given.done].some((day) => isSaid(day) && !isDay(day.trim())) ? w.no_day : "";
  }

  // --- what is wrong, in words -------------------------------------------------------------------------------------

  function isDay(text) {
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
    const day = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
  }

  function wrongWith(q) {
    const given = raw(q);
    if (!isChanged(q)) return "";
    if (given.state !== "answer") return isSaid(given.reason) ? conflictOpen(q) : w.reason_missing;
    const text = typeof given.answer === "string" ? given.answer.trim() : "";
    if (q.kind === "date" && text && !isDay(text)) return w.no_day;
    if (q.kind === "number" && text && !/^[-+]?\d{1,15}(\.\d{1,15})?$/.test(text)) return w.no_number;
    if (q.kind === "link" && text && !/^https?:\/\/[^\s<>"']+$/.test(text)) return w.no_link;
    if (q.kind === "claims" && given.answer.some((row) => !isSaid(row.claim) || !row.graded)) return w.claim_missing;
    if (linesOf(given.evidence).length && !isAnswered(q)) return w.evidence_alone;
    if (!isAnswered(q)) return Object.keys(q.now).length ? w.emptied : "";
    return conflictOpen(q);
  }

  const conflictOpen = (q) => (q.conflict && !replaces(q) ? w.replaces_missing : "");

  function wrongWithSigning(changed) {
    const chosen = radio("sign").value;
    const statement = byId("statement").value;
    if (!chosen) return isSaid(statement) ? w.sign_missing : "";
    if (changed.length) return w.sign_after;
    if (!isSaid(statement)) return w.statement_missing;
    if (radio("sign").dataset.refused) return radio("sign").dataset.refused;
    if (chosen === "adopt_despite" && !isSaid(byId("justification").value)) return w.justification_missing;
    const lapses = byId("lapses");
    if (lapses && isSaid(lapses.value) && !isDay(lapses.value.trim())) return w.no_day;
    const both = byId("sign-replaces");
    return both && !both.checked ? w.replaces_missing : "";
  }

  const allChanged = () => [...data.questions.filter(isChanged), ...rowsOf().filter(isChangedCondition)];

  // Each thing that is wrong: where it is told, which field to go to, what.
  function problems() {
    const changed = allChanged();
    const found = data.questions.map((q) => [q.id, `${q.id}-answer`, wrongWith(q)]);
    found.unshift(["date", "date", isDay(byId("date").value.trim()) ? "" : w.no_day]);
    found.unshift(["name", "name", isSaid(byId("name").value) ? "" : w.name_missing]);
    for (const row of rowsOf()) found.push([row.id, "", wrongWithCondition(row)]);
    if (signs) found.push(["sign", "statement", wrongWithSigning(changed)]);
    for (const [id, , what] of found) tell(id, what);
    return found.filter(([, , what]) => what);
  }

  function tell(id, what) {
    const told = byId(`${id}-error`);
    const field = byId(id);
    told.textContent = what;
    told.hidden = !what;
    field.setAttribute("aria-describedby", `${id}-error`);
    if (field.matches("input")) field.setAttribute("aria-invalid", what ? "true" : "false");
  }

  function target(id, field) {
    const q = data.questions.find((each) => each.id === id);
    return q && radio(`${id}-state`).value !== "answer" ? `${id}-reason` : q && q.kind === "claims" ? `${id}-add` : field;
  }

  function showProblems(found) {
    const box = byId("errors");
    const list = document.createElement("ul");
    for (const [id, field, what] of found) {
      const link = document.createElement("a");
      const named = /^q\d+$/.test(id) ? w.question : /^c\d+$/.test(id) ? `${w.condition_legend}:` : "";
      const number = named ? `${fill(named, id.slice(1))} ` : "";
      link.textContent = number + what;
      link.href = `#${id}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        (field ? byId(target(id, field)) : partsOf(byId(id))[0]).focus();
      });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    const head = document.createElement("p");
    head.textContent = w.not_saved;
    box.replaceChildren(head, list);
    box.hidden = !found.length;
    if (found.length) box.focus();
  }

  // --- kept in this browser ------------------------------------------------------------------------------------------

  let kept = { fields: {} };
  let keeps = true;

  function load() {
    try {
      const text = window.localStorage.getItem(place);
      const found = text ? JSON.parse(text) : null;
      if (found && typeof found === "object" && found.fields) kept = found;
    } catch (error) {
      keeps = false;
    }
  }

  function keep() {
    mirror();
    for (const q of data.questions) {
      if (isChanged(q) || q.saved.length) kept.fields[q.key] = { raw: raw(q), from: q.from, saved: q.saved, asked: q.shown };
      else delete kept.fields[q.key];
    }
    kept.conditions = rowsOf()
      .filter((row) => isChangedCondition(row) || row.saved.length)
      .map((row) => ({ raw: rawCondition(row), from: row.from, saved: row.saved }));
    kept.who = { name: byId("name").value, date: byId("date").value, meeting: isMeeting() };
    if (signs) {
      const justification = byId("justification");
      kept.sign = { to_sign: data.to_sign, chosen: radio("sign").value, statement: byId("statement").value };
      if (justification) Object.assign(kept.sign, { justification: justification.value, lapses: byId("lapses").value });
    }
    try {
      window.localStorage.setItem(place, JSON.stringify(kept));
      keeps = true;
      byId("kept").textContent = fill(w.kept, new Date().toTimeString().slice(0, 5));
    } catch (error) {
      keeps = false;
      byId("kept").textContent = w.not_kept;
    }
  }

  // What was typed here earlier comes back. Where the answer was changed meanwhile by others, both will be kept.
  function restore(q) {
    const draft = kept.fields[q.key];
    q.saved = (draft && draft.saved) || [];
    q.from = q.started_from;
    put(q, rawOf(q));
    q.start = raw(q);
    if (!draft) return;
    const typed = said(q, draft.raw);
    const now = said(q, q.start);
    const isNew = !same(typed, now) && !q.saved.some((each) => same(each, typed));
    if (draft.from !== q.started_from && !isNew) return;
    put(q, draft.raw);
    const isOwn = q.saved.some((each) => same(each, now));
    if (draft.from === q.started_from || isOwn || !Object.keys(q.now).length) return;
    q.from = draft.from;
    byId(`${q.id}-earlier`).hidden = false;
  }

  function restoreOthers() {
    const here = new Set(data.questions.map((q) => q.key));
    for (const [key, draft] of Object.entries(kept.fields)) {
      const text = draft.raw && (isSaid(draft.raw.reason || "") ? draft.raw.reason : draft.raw.answer);
      if (here.has(key) || !text || !text.length || (draft.saved || []).length) continue;
      const asked = document.createElement("h3");
      asked.textContent = draft.asked || key;
      const typed = document.createElement("p");
      typed.className = "said";
      typed.textContent = typeof text === "string" ? text : text.map((row) => row.claim).join("\n");
      byId("elsewhere").append(asked, typed);
      byId("elsewhere").hidden = false;
    }
  }

  function today() {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  }

  function start() {
    load();
    data.questions.forEach(restore);
    restoreOthers();
    restoreConditions();
    const who = kept.who || {};
    byId("name").value = who.name || "";
    byId("date").value = who.date || today();
    if (byId("meeting")) byId("meeting").checked = Boolean(who.meeting);
    const sign = kept.sign;
    if (signs && sign && sign.to_sign === data.to_sign) {
      choose("sign", sign.chosen);
      byId("statement").value = sign.statement;
      if (byId("justification")) byId("justification").value = sign.justification || "";
      if (byId("lapses")) byId("lapses").value = sign.lapses || "";
    }
    byId("kept").textContent = keeps ? (kept.who ? w.restored : w.keeps) : w.not_kept;
    show();
    mirror();
  }

  // --- showing how far it is -------------------------------------------------------------------------------------------

  const isMeeting = () => Boolean(byId("meeting") && byId("meeting").checked);

  function show() {
    for (const q of data.questions) {
      const isAnswer = radio(`${q.id}-state`).value === "answer";
      byId(`${q.id}-part`).hidden = !isAnswer;
      byId(`${q.id}-reason-part`).hidden = isAnswer;
      byId(`${q.id}-undo`).hidden = !isChanged(q);
      byId(q.id).classList.toggle("unanswered", !isAnswered(q));
      if (q.kind === "claims") claimsOf(q).forEach((row, number) => (row.querySelector(".remove").hidden = !number));
      if (!byId(`${q.id}-error`).hidden) tell(q.id, wrongWith(q));
    }
    for (const row of rowsOf()) {
      row.classList.toggle("unanswered", !isSaid(rawCondition(row).text));
      if (!byId(`${row.id}-error`).hidden) tell(row.id, wrongWithCondition(row));
    }
    const done = data.questions.filter((q) => isAnswered(q) || q.told).length;
    if (!byId("name-error").hidden && isSaid(byId("name").value)) tell("name", "");
    if (!byId("date-error").hidden && isDay(byId("date").value.trim())) tell("date", "");
    if (signs && !byId("sign-error").hidden) tell("sign", wrongWithSigning(allChanged()));
    byId("progress-words").textContent = fill(w.progress, done, data.questions.length);
    byId("progress").max = data.questions.length || 1;
    byId("progress").value = done;
    byId("name-label").textContent = isMeeting() ? w.meeting_name : w.name;
    // The browser's own dir="auto" takes seconds for thousands of lines.
    for (const field of document.querySelectorAll("textarea")) field.dir = FROM_RIGHT.test(field.value) ? "rtl" : "ltr";
    byId("date").classList.toggle("blank", !isSaid(byId("name").value));
    if (signs) signs.classList.toggle("unanswered", !radio("sign").value);
  }

  // A long text is cut off where a field is printed: it is printed from here, and empty lines where nothing is written.
  function mirror() {
    for (const field of document.querySelectorAll("textarea")) {
      const paper = field.nextElementSibling;
      if (!paper.blank) paper.blank = [...paper.childNodes];
      if (isSaid(field.value)) paper.textContent = field.value;
      else paper.replaceChildren(...paper.blank);
    }
  }

  // --- saving --------------------------------------------------------------------------------------------------------------

  function content() {
    const name = byId("name").value.trim();
    const found = {
      made_by: data.made_by,
      schema_version: data.schema_version,
      audit: data.audit,
      role: data.role,
      name: isMeeting() ? fill(data.meeting, name) : name,
      date: byId("date").value.trim(),
      answers: {},
    };
    for (const q of data.questions.filter((each) => (isChanged(each) || each.saved.length) && isAnswered(each))) {
      const told = { asked: q.asked, started_from: q.from, saved_before: q.saved, replaces: replaces(q) };
      found.answers[q.key] = { ...said(q, raw(q)), ...told };
    }
    const conditions = rowsOf().filter((row) => isChangedCondition(row) && isSaid(rawCondition(row).text));
    if (conditions.length) {
      const told = (row) => ({ ...saidCondition(row), started_from: row.from, saved_before: row.saved });
      found.conditions = conditions.map(told);
    }
    const chosen = signs ? radio("sign").value : "";
    if (!chosen) return found;
    const signed = { statement: byId("statement").value, signed: data.to_sign };
    if (chosen === "agree" || chosen === "dissent") found.sign_off = { ...signed, dissents: chosen === "dissent" };
    else {
      const both = Boolean(byId("sign-replaces") && byId("sign-replaces").checked);
      const more = { justification: byId("justification").value, started_from: data.decision_started_from };
      found.decision = { decision: chosen, ...signed, ...more, replaces: both };
      if (isSaid(byId("lapses").value)) found.decision.lapses = byId("lapses").value.trim();
    }
    return found;
  }

  function save() {
    const wrong = problems();
    showProblems(wrong);
    byId("saved").replaceChildren();
    if (wrong.length) return;
    const told = content();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(told, null, 1)], { type: "application/json" }));
    const who = byId("name").value.trim().toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-");
    link.download = `answers-${data.audit}-${data.role}-${who.replace(/^-+|-+$/g, "").slice(0, 40) || "x"}.json`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    for (const q of data.questions.filter((each) => each.key in told.answers)) {
      const now = said(q, raw(q));
      if (!q.saved.some((each) => same(each, now))) q.saved.push(now);
    }
    for (const row of rowsOf().filter((each) => isChangedCondition(each))) {
      if (!row.saved.some((each) => same(each, saidCondition(row)))) row.saved.push(saidCondition(row));
    }
    keep();
    say(fill(w.saved, link.download));
    const open = data.questions.filter((q) => q.owes && !isAnswered(q));
    if (open.length) say(fill(w.still_open, open.length, open.map((q) => q.id.slice(1)).join(", ")));
    if (!Object.keys(told.answers).length && !told.conditions && !told.sign_off && !told.decision) say(w.nothing);
  }

  function say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    byId("saved").append(line);
  }

  // --- what people do -----------------------------------------------------------------------------------------------------

  let waiting = 0;

  function changed() {
    show();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(keep, 300);
  }

  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("form").addEventListener("input", changed);
  byId("form").addEventListener("change", changed);
  byId("save").addEventListener("click", save);
  byId("print").addEventListener("click", () => window.print());
  byId("forget").addEventListener("click", () => {
    if (!window.confirm(w.forget_sure)) return;
    window.clearTimeout(waiting);
    forgotten = true;
    try {
      window.localStorage.removeItem(place);
    } catch (error) {
      // It kept nothing in any case.
    }
    window.location.reload();
  });
  let forgotten = false;

  for (const q of data.questions) {
    byId(`${q.id}-undo`).addEventListener("click", () => {
      put(q, q.start);
      if (q.conflict) byId(`${q.id}-replaces`).checked = false;
      q.from = q.started_from;
      byId(`${q.id}-earlier`).hidden = true;
      byId(`${q.id}-error`).hidden = true;
      byId(q.kind === "claims" ? `${q.id}-add` : `${q.id}-answer`).focus();
      changed();
    });
    if (q.kind !== "claims") continue;
    byId(`${q.id}-add`).addEventListener("click", () => {
      addClaim(q).querySelector(".claimed").focus();
      changed();
    });
    byId(`${q.id}-answer`).addEventListener("click", (event) => {
      if (!event.target.matches(".remove")) return;
      event.target.closest(".claim").remove();
      byId(`${q.id}-add`).focus();
      changed();
    });
  }

  if (byId("add-condition")) {
    byId("add-condition").addEventListener("click", () => {
      partsOf(addCondition())[0].focus();
      changed();
    });
  }

  window.addEventListener("pagehide", () => {
    if (!forgotten && allChanged().length) keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!keeps && !forgotten && allChanged().length) event.preventDefault();
  });

  start();
})();
