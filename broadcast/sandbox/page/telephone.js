
// The hotline of the rehearsal: a caller on the left, the phones of agents on the right. The sandbox follows the
// documents; this page owns the time, so that silence and ringing end by themselves.

const telephone = { call: null, spoken: 0, timer: 0, speech: 0, others: new Map(), cards: new Map(), busy: Promise.resolve() };
const SPOKEN_A_SECOND = 14;
const KEYS = [..."123456789*0#"];
const callerLeg = () => telephone.call?.legs[0];
const onThePhone = () => Boolean(telephone.call) && !telephone.call.over;
const liveAgent = () => telephone.call?.legs.slice(1).find((leg) => !leg.over);

// One request after the other, so that a quick second key does not overtake the first.
function perform(path, fields) {
  telephone.busy = telephone.busy.then(async () => {
    try {
      const { error, hint, call } = await ask("POST", path, JSON.stringify(fields));
      find("call-trouble").textContent = error ? `${error}: ${hint}` : "";
      if (call?.out) { telephone.others.set(call.sid, call); showAgents(); } else if (call) showCall(call);
    } catch {
      find("call-trouble").textContent = "The sandbox does not answer.";
    }
  });
  return telephone.busy;
}

function act(what, words = "", leg = callerLeg(), call = telephone.call) {
  if (!call?.out && !onThePhone() && !liveAgent()) return null;
  if (!call.out) hush();
  return perform("call/act", { call: call.sid, leg: leg.sid, do: what, words });
}

function hush() {
  clearTimeout(telephone.timer);
  telephone.speech += 1;
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

// Say what is new, then let the silence count. A browser without a voice, or without its end event, takes as long as the words.
function speak(news) {
  const turn = telephone.speech += 1;
  const words = news.filter((one) => one.who === "hotline");
  const seconds = words.reduce((sum, one) => sum + one.text.length / SPOKEN_A_SECOND, 0);
  const spoken = () => { if (turn === telephone.speech) { telephone.speech += 1; countSilence(); } };
  clearTimeout(telephone.timer);
  const aloud = find("voice").checked && "speechSynthesis" in window && speechSynthesis.getVoices().length > 0;
  telephone.timer = setTimeout(spoken, 1000 * seconds * (aloud ? 2 : 1));
  if (!aloud) return;
  for (const [index, one] of words.entries()) {
    const utterance = new SpeechSynthesisUtterance(one.text);
    utterance.lang = one.language;
    if (index === words.length - 1) utterance.addEventListener("end", spoken);
    speechSynthesis.speak(utterance);
  }
}

function countSilence() {
  clearTimeout(telephone.timer);
  const agent = liveAgent();
  const leg = onThePhone() && callerLeg().waits_for !== "ringing" ? callerLeg() : agent;
  if (!find("time-runs").checked || !leg?.seconds || leg.waits_for === "talk") return;
  telephone.timer = setTimeout(() => {
    if (leg === callerLeg() && find("say-words").value.trim()) countSilence();
    else act("silent", "", leg);
  }, 1000 * leg.seconds);
}

function bubble(one) {
  return text("p", one.text, one.who === "person" ? "bubble own" : one.who === "event" ? "bubble event" : "bubble");
}

function showCall(call) {
  const began = telephone.call?.sid !== call.sid;
  const wasOver = !onThePhone();
  if (began) { telephone.spoken = 0; find("call-log").replaceChildren(); }
  telephone.call = call;
  const news = callerLeg().heard.slice(telephone.spoken);
  telephone.spoken = callerLeg().heard.length;
  const log = find("call-log");
  log.append(...news.map((one) => Object.assign(bubble(one), { lang: one.language })));
  log.scrollTop = log.scrollHeight;
  showState();
  showAgents();
  speak(news);
  if (began && onThePhone()) find("keypad").firstElementChild.focus();
  else if (!wasOver && call.over) find("call").focus();
}

function showState() {
  const waits = callerLeg()?.waits_for;
  const names = { keys: "waits for a key or words", message: "records a message", ringing: "rings an agent", talk: "connected" };
  find("call-state").textContent = !telephone.call ? "No call" : telephone.call.over ? "The call is over" : names[waits] ?? "in progress";
  for (const button of find("keypad").children) button.disabled = !onThePhone();
  for (const id of ["say-words", "say", "hang-up"]) find(id).disabled = !onThePhone();
  find("stay-silent").disabled = !onThePhone() || !["keys", "message"].includes(waits);
  find("call").disabled = onThePhone();
}

const AGENT_ACTS = {
  answer: [["Answer", "answer"], ["Decline", "decline"], ["Mailbox answers", "mailbox"], ["Let it ring out", "silent"]],
  ringing: [["Hang up", "hang-up"]],
  keys: [["Press 1: accept", "press", "1"], ["Press 2", "press", "2"], ["Hang up", "hang-up"]],
  talk: [["Hang up", "hang-up"]],
};
const AGENT_STATES = { answer: "rings", keys: "hears what it is about", ringing: "hears the customer's phone ring", talk: "talks" };

function agentCard(leg, call) {
  const buttons = (AGENT_ACTS[leg.waits_for] ?? []).map(([name, what, words], index) =>
    element("button", { type: "button", class: what === "hang-up" ? "stop" : index ? null : "go", onclick: () => act(what, words, leg, call) }, name));
  return element("div", { class: `agent ${leg.waits_for === "answer" ? "rings" : ""}`, role: "group", "aria-label": `Phone ${leg.number}` },
    element("div", { class: "head" }, element("b", {}, leg.number), pill(leg.over ? "over" : AGENT_STATES[leg.waits_for] ?? "", leg.over ? "" : "good")),
    element("div", { class: "heard" }, ...leg.heard.map(bubble)),
    buttons.length ? element("div", { class: "row" }, ...buttons) : null);
}

// The agents of this page's call, and everybody whom our server calls. Only a card that changed is drawn anew; who had
// the focus in it keeps it there.
function showAgents() {
  const place = find("agents");
  const rung = [...telephone.others.values()].flatMap((call) => call.legs.map((leg) => [leg, call]));
  const legs = [...(telephone.call?.legs.slice(1).map((leg) => [leg, telephone.call]) ?? []), ...rung];
  const shownNow = new Set(legs.map(([leg]) => leg.sid));
  for (const [sid, { card }] of telephone.cards) if (!shownNow.has(sid)) { card.remove(); telephone.cards.delete(sid); }
  place.querySelector(":scope > .quiet")?.remove();
  for (const [leg, call] of legs) {
    const shown = telephone.cards.get(leg.sid);
    const content = JSON.stringify(leg);
    if (shown?.content === content) continue;
    const card = agentCard(leg, call);
    const focused = shown?.card.contains(document.activeElement);
    if (shown) shown.card.replaceWith(card); else place.prepend(card);
    if (focused) (card.querySelector("button") ?? find("hang-up")).focus();
    telephone.cards.set(leg.sid, { card, content });
  }
  if (!legs.length) place.append(element("p", { class: "quiet" }, "No phone rings."));
}

async function findLines() {
  try {
    const { lines, calls } = await ask("GET", "calls.json");
    // What was over before this page saw it is history.
    for (const call of calls) if (call.out && (!call.over || telephone.others.has(call.sid))) telephone.others.set(call.sid, call);
    showAgents();
    find("telephone").hidden = !lines.length && !telephone.call;
    const shown = [...find("call-to").options].map((one) => one.value).join();
    if (lines.join() !== shown) find("call-to").replaceChildren(...lines.map((one) => element("option", {}, one)));
  } catch {
    // The page's own poll says that the sandbox has ended.
  }
  setTimeout(findLines, 2000);
}

find("keypad").append(...KEYS.map((key) => element("button", { type: "button", "aria-label": `Press ${key === "*" ? "star" : key === "#" ? "hash" : key}`, onclick: () => act("press", key) }, key)));
find("call-form").addEventListener("submit", (event) => {
  event.preventDefault();
  hush();
  perform("call", { from: find("call-from").value, to: find("call-to").value });
});
find("say-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = find("say-words").value.trim();
  find("say-words").value = "";
  if (words) act("say", words);
});
find("stay-silent").addEventListener("click", () => act("silent"));
find("hang-up").addEventListener("click", () => act("hang-up"));
find("voice").addEventListener("change", () => { if (!find("voice").checked && "speechSynthesis" in window) speechSynthesis.cancel(); });
find("time-runs").addEventListener("change", countSilence);
find("telephone").addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select");
  if (!typing && KEYS.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && onThePhone()) act("press", event.key);
});
showState();
findLines();
