"use strict";

// Everything received is shown through textContent or a sandboxed frame, never parsed as part of this page.

const PER_PAGE = { phones: 10, inboxes: 8, timeline: 20 };
const CHUNK = 1000;
const state = { edition: null, received: [], requests: [], faults: [], pages: {}, open: new Map(), drafts: new Map(), shown: {} };
const find = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en-GB");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const time = (at) => element("time", { class: "time", datetime: at }, clock.format(new Date(at)));
const text = (tag, words, kind = "") => element(tag, { class: `text ${kind}` }, words);
const pill = (words, kind = "") => element("span", { class: `pill ${kind}` }, words);
const empty = (words, tag = "p") => element(tag, { class: "empty" }, words);

function hue(words) {
  let sum = 0;
  for (const character of words) sum = (sum * 31 + character.codePointAt(0)) % 360;
  return sum;
}

function avatar(words) {
  const letters = words.split(/[\s._@+-]+/).filter(Boolean).slice(0, 2).map((word) => word[0].toUpperCase());
  const made = element("span", { class: "avatar", "aria-hidden": "true" }, letters.join(""));
  made.style.setProperty("--hue", hue(words));
  return made;
}

function grouped(records, keyOf) {
  const groups = new Map();
  for (const record of records) {
    const key = keyOf(record);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(record);
  }
  const latest = (group) => group[group.length - 1].index;
  return [...groups.entries()].sort((one, other) => latest(other[1]) - latest(one[1]));
}

// A page of `items`, and the pager that turns it.
function paged(name, items) {
  const size = PER_PAGE[name];
  const last = Math.max(0, Math.ceil(items.length / size) - 1);
  const page = Math.min(state.pages[name] ?? 0, last);
  const turn = (by) => () => { state.pages[name] = page + by; draw(true); };
  const from = page * size;
  const to = Math.min(from + size, items.length);
  const label = items.length > size ? `${number.format(from + 1)}–${number.format(to)} of ${number.format(items.length)}` : number.format(items.length);
  find(`${name}-pager`).replaceChildren(label, ...(items.length > size ? [
    element("button", { type: "button", "aria-label": "Newer", disabled: page === 0, onclick: turn(-1) }, "‹"),
    element("button", { type: "button", "aria-label": "Older", disabled: page === last, onclick: turn(1) }, "›"),
  ] : []));
  return items.slice(from, to);
}

function phone([to, messages]) {
  const bubbles = element("div", { class: "bubbles", tabindex: "0", role: "log", "aria-label": `Messages to ${to}` });
  for (const message of messages.slice(-20)) {
    const parts = message.extra.parts > 1 ? ` · ${message.extra.parts} parts` : "";
    const stamp = time(message.at);
    stamp.append(parts);
    bubbles.append(stamp, message.extra.said ? call(message) : text("p", message.text, message.extra.wrote ? "bubble own" : "bubble"));
  }
  const head = element("header", {}, element("b", {}, to), element("span", { class: "time" }, `from ${messages[messages.length - 1].sender}`));
  return element("article", { class: "phone" }, element("div", { class: "screen" }, head, bubbles, answering(to, messages)));
}

// What the person can do: write back to an SMS, and press a key in the latest call that reads keys.
function answering(to, messages) {
  const sent = messages.filter((one) => one.provider === "twilio" && !one.extra.answers);
  if (!sent.length) return null;
  const trouble = element("p", { class: "trouble", role: "alert" });
  const act = async (path, fields) => {
    const { error, hint } = await ask("POST", path, JSON.stringify({ number: to, ...fields }));
    trouble.textContent = error ? `${error}: ${hint}` : "";
    if (!error) { state.drafts.delete(to); await poll(); }
  };
  const made = element("div", { class: "answer" });
  if (sent.some((one) => !one.extra.said)) {
    const input = element("input", { type: "text", value: state.drafts.get(to), placeholder: "Reply", "aria-label": `Reply as ${to}`, maxlength: 1600,
      oninput: () => state.drafts.set(to, input.value), onkeydown: (event) => { if (event.key === "Enter" && input.value.trim()) act("reply", { text: input.value }); } });
    made.append(element("div", {}, input, element("button", { type: "button", onclick: () => act("reply", { text: input.value }) }, "Send")));
  }
  if (sent.some((one) => one.extra.keys)) {
    made.append(element("div", { class: "keys", role: "group", "aria-label": `Keys of ${to}` }, ...[..."123456789*0#"].map((key) =>
      element("button", { type: "button", "aria-label": `Key ${key}`, onclick: () => act("press", { key }) }, key))));
  }
  made.append(trouble);
  return made;
}

// Read aloud what the person heard, as often as it was said; a second click hangs up.
function listen(said) {
  const speaks = speechSynthesis.speaking;
  speechSynthesis.cancel();
  if (speaks) return;
  for (const one of said) {
    const utterance = new SpeechSynthesisUtterance(one.text);
    utterance.lang = one.language;
    speechSynthesis.speak(utterance);
  }
}

function call(message) {
  const { said } = message.extra;
  const button = "speechSynthesis" in window ? element("button", { type: "button", onclick: () => listen(said) }, "Listen") : null;
  return element("div", { class: "text bubble call" },
    element("div", {}, pill("Call", "warn"), element("span", { class: "time" }, said[0].language), button), text("p", message.text));
}

function letter(mail) {
  const made = element("div", { class: "letter" });
  const facts = [["From", mail.sender], ["To", mail.to], ["Via", mail.provider], ["Thread", mail.thread]];
  made.append(element("dl", {}, ...facts.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])));
  const views = [
    ["Rendered", mail.html, () => element("iframe", { sandbox: "", title: "The mail as it looks", srcdoc: mail.html })],
    ["Text", mail.text, () => text("div", mail.text)],
  ].filter(([, content]) => content);
  const place = element("div");
  const buttons = views.map(([name, , show]) => element("button", { type: "button", onclick: (event) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
    place.replaceChildren(show());
  } }, name));
  if (views.length > 1) made.append(element("div", { class: "switch" }, ...buttons));
  made.append(place);
  buttons[0]?.click();
  return made;
}

function mail(record, isOpen) {
  const summary = element("summary", {}, element("b", {}, record.subject || "(no subject)"), time(record.at), element("p", {}, record.text.slice(0, 160)));
  const made = element("details", { class: "mail", open: isOpen }, summary);
  if (isOpen) made.append(letter(record));
  made.addEventListener("toggle", () => {
    state.open.set(record.index, made.open);
    if (made.open && made.childElementCount === 1) made.append(letter(record));
  });
  return made;
}

function inbox([to, mails], position) {
  const name = mails.map((one) => one.extra.name).filter(Boolean).pop();
  const head = element("div", { class: "person" }, avatar(name || to),
    element("div", {}, element("b", {}, name || to), name ? element("span", {}, to) : null), pill(number.format(mails.length)));
  const newest = mails.slice(-10).reverse();
  const isOpen = (one, index) => state.open.get(one.index) ?? (position === 0 && index === 0 && !state.pages.inboxes);
  return element("article", { class: "card" }, head, ...newest.map((one, index) => mail(one, isOpen(one, index))));
}

function statusPage([page, updates]) {
  const incidents = grouped(updates, (one) => one.thread);
  const isOver = (one) => ["resolved", "completed"].includes(one.extra.status);
  const open = incidents.map(([, all]) => all[all.length - 1]).filter((one) => !isOver(one));
  const ranks = ["none", "maintenance", "minor", "major", "critical"];
  const worst = open.reduce((rank, one) => Math.max(rank, ranks.indexOf(one.extra.impact)), open.length ? 2 : 0);
  const components = Object.assign({}, ...updates.map((one) => one.extra.components));
  const banner = element("div", { class: `banner ${ranks[worst]}` }, open.length ? `${open.length} open ${open.length === 1 ? "incident" : "incidents"}` : "All systems operational", element("small", {}, `Status page ${page}`));
  const list = element("ul", { class: "components" }, ...Object.entries(components).map(([name, condition]) =>
    element("li", {}, name, pill((condition || "unchanged").replaceAll("_", " "), condition === "operational" ? "good" : condition === "major_outage" ? "bad" : "warn"))));
  return element("article", { class: "card" }, banner, list, ...incidents.map(incident));
}

function incident([, updates]) {
  const last = updates[updates.length - 1];
  const lines = [...updates].reverse().filter((one) => one.text).map((one) => element("li", {},
    element("div", {}, pill(one.extra.status.replaceAll("_", " "), ["resolved", "completed", "solved"].includes(one.extra.status) ? "good" : "warn"), time(one.at)),
    text("p", one.text)));
  return element("div", { class: "incident" }, element("h3", {}, last.subject), element("ol", {}, ...lines));
}

function thread([, posts]) {
  return element("article", { class: "card thread" }, ...posts.map((one) => element("div", { class: "post" },
    element("span", { class: "avatar", "aria-hidden": "true" }, "𝕏"),
    element("div", {}, element("p", {}, element("b", {}, one.sender), element("span", {}, one.to), time(one.at)), text("p", one.text)))));
}

// A first message is shown as it was last edited, with what people were told in its thread below.
function room([name, records]) {
  const edits = new Map(records.filter((one) => one.extra.edits).map((one) => [one.extra.edits, one.text]));
  const posts = records.filter((one) => !one.extra.edits);
  const said = (one) => element("div", { class: one.thread ? "post reply" : "post" }, avatar(one.sender),
    element("div", {}, element("p", {}, element("b", {}, one.sender), one.extra.broadcast ? pill("also in the channel") : null,
      edits.has(one.ref) ? pill("edited") : null, time(one.at)), text("p", edits.get(one.ref) ?? one.text)));
  return element("article", { class: "card thread" }, element("h3", {}, `${records[0].provider} ${name}`),
    ...grouped(posts, (one) => one.thread ?? one.ref).flatMap(([, thread]) => thread.map(said)));
}

function desk([name, records]) {
  return element("article", { class: "card" }, element("div", { class: "banner" }, `${name} tickets`), ...grouped(records, (one) => one.thread).map(incident));
}

function requestLine(one) {
  const kind = one.status === null ? "" : one.status < 300 ? "good" : one.status < 400 ? "warn" : "bad";
  const reached = one.reached > 1 ? `reached ${number.format(one.reached)} people` : one.reached === 1 ? "received" : "";
  return element("li", {}, time(one.at), element("span", { class: "provider" }, one.provider),
    element("span", { class: "note" }, one.fault ? `injected ${one.fault} ` : "", reached),
    pill(one.status === null ? "no answer" : String(one.status), kind),
    element("code", { title: one.path }, `${one.method} ${one.path.replace(/[0-9a-f]{20,}/gi, (long) => `${long.slice(0, 6)}…`)}`));
}

function drawFaults() {
  const inForce = state.faults.filter((one) => one.in_force);
  const spelled = (one) => element("code", {}, `${one.spelled} · struck ${number.format(one.struck)}`);
  find("faults").hidden = inForce.length === 0;
  find("faults").replaceChildren(element("b", {}, "Failing on purpose"), ...inForce.map(spelled),
    element("button", { type: "button", onclick: () => ask("DELETE", "faults").then(poll) }, "Heal"));
  find("beacon").className = inForce.length ? "beacon faulty" : "beacon";
}

function drawCounts(kinds) {
  const refused = state.requests.filter((one) => one.status === null || one.status >= 300).length;
  const sent = kinds.phones.filter((one) => !one.extra.answers);
  const calls = sent.filter((one) => one.extra.said).length;
  const counts = [["texts", sent.length - calls], ["calls", calls], ["e-mails", kinds.mails.length], ["posts", kinds.posts.length],
    ["page updates", kinds.updates.length], ["in rooms", kinds.rooms.filter((one) => !one.extra.edits).length], ["on tickets", kinds.tickets.length], ["refused or lost", refused]];
  find("counts").replaceChildren(...counts.map(([name, count]) =>
    element("div", { class: name.startsWith("refused") && count ? "bad" : "" }, element("dt", {}, name), element("dd", {}, number.format(count)))));
}

function fill(id, items, make, words) {
  find(id).replaceChildren(...(items.length ? items.map(make) : words ? [empty(words, id === "timeline" ? "li" : "p")] : []));
}

// The newest message from its first word on, and below the older ones as many as there is room for.
function showLatest(log) {
  const stamp = [...log.querySelectorAll(":scope > .time")].pop();
  if (stamp) log.scrollTop = stamp.offsetTop - log.offsetTop;
}

// Redraws only where something is new, so that an open mail or a scrolled phone stays as it is.
function draw(always = false) {
  const wanted = find("search").value.trim().toLowerCase();
  const mark = `${state.edition} ${state.received.length} ${state.requests.length} ${wanted}`;
  if (!always && state.shown.mark === mark) return;
  state.shown.mark = mark;
  const has = (one) => !wanted || one.haystack.includes(wanted);
  const of = (...names) => state.received.filter((one) => names.includes(one.provider));
  const kinds = { phones: of("twilio", "gateway").filter((one) => !one.extra.unseen), mails: of("sendgrid", "smtp", "outlook"), posts: of("x", "mastodon", "bluesky"), updates: of("statuspage"), tickets: of("zendesk") };
  // Every other provider is a room, so that a new one is shown without a line here.
  const elsewhere = new Set(Object.values(kinds).flat());
  kinds.rooms = state.received.filter((one) => !elsewhere.has(one) && !one.extra.unseen);
  kinds.mails = kinds.mails.filter((one) => !one.extra.unseen);
  const none = wanted ? `Nothing for “${wanted}”.` : "";
  drawCounts(kinds);
  fill("phones", paged("phones", grouped(kinds.phones.filter(has), (one) => one.to)), phone, none || "No text message yet.");
  fill("inboxes", paged("inboxes", grouped(kinds.mails.filter(has), (one) => one.to)), inbox, none || "No e-mail yet.");
  fill("rooms", grouped(kinds.rooms.filter(has), (one) => `${one.provider} ${one.to}`).map(([, all]) => [all[0].to, all]), room, none || "No message in a room yet.");
  fill("desks", grouped(kinds.tickets.filter(has), (one) => one.to), desk, none || "No ticket yet.");
  fill("pages", grouped(kinds.updates, (one) => one.to), statusPage, "");
  fill("posts", grouped(kinds.posts, (one) => one.extra.conversation), thread, kinds.updates.length || kinds.posts.length ? "" : "No post and no status page update yet.");
  const lines = state.requests.filter((one) => !wanted || `${one.provider} ${one.path} ${one.fault}`.toLowerCase().includes(wanted));
  fill("timeline", paged("timeline", lines.reverse()), requestLine, none || "No request yet.");
  for (const log of document.querySelectorAll(".bubbles")) showLatest(log);
}

async function ask(method, path, body) {
  const answer = await fetch(`/_sandbox/${path}`, { method, body });
  return answer.json();
}

async function collect(name) {
  for (;;) {
    const news = await ask("GET", `${name}.json?after=${state[name].length}&limit=${CHUNK}`);
    if (state.edition !== null && state.edition !== news.edition) Object.assign(state, { received: [], requests: [], pages: {}, open: new Map() });
    const isNew = state.edition !== news.edition;
    state.edition = news.edition;
    if (isNew && news.after) continue;
    for (const one of news[name]) {
      one.index = state[name].length;
      one.haystack = `${one.to} ${one.extra?.name ?? ""} ${one.subject ?? ""} ${one.text}`.toLowerCase();
      state[name].push(one);
    }
    if (state[name].length >= news.total) return;
  }
}

async function poll() {
  try {
    await collect("received");
    await collect("requests");
    state.faults = (await ask("GET", "faults")).faults;
    const { status_page: site } = await ask("GET", "health");
    find("site").hidden = !site;
    if (site) find("site").href = site;
    find("tagline").textContent = "Nothing on this page left this machine.";
    draw();
    drawFaults();
  } catch {
    find("tagline").textContent = "The sandbox has ended. This is what it last showed.";
    find("beacon").className = "beacon gone";
  }
}

async function pollForEver() {
  if (!document.hidden) await poll();
  setTimeout(pollForEver, 1000);
}

find("search").addEventListener("input", () => { state.pages = {}; draw(); });
find("clear").addEventListener("click", () => ask("DELETE", "received").then(poll));
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
pollForEver();
