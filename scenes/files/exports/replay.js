"use strict";
// Plays a session back. All that was said is data: it only ever becomes text of the page.
const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words, turns = data.turns, CHUNK = 100;
const [PARENT, KIND, WHO, TEXT, THOUGHT, EMOTION, DRAW, PLACE, OF] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const $ = (id) => document.getElementById(id);
const log = $("log");

const children = new Map(), handsAfter = new Map(), picks = new Map();
const under = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);
turns.forEach((turn, i) => {
  under(children, turn[PARENT], i + 1);
  if (turn[DRAW]) under(picks, turn[DRAW], i + 1);
});
data.draws.forEach((draw, i) => under(handsAfter, draw[0], i + 1));

let path = [], at = 0, timer = null, chunks = [], opened = new Set();

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function pathTo(id) {
  const found = [];
  for (; id; id = turns[id - 1][PARENT]) found.push(id);
  return found.reverse();
}

function lastOf(id) {
  while (children.has(id)) id = children.get(id).at(-1);
  return id;
}

// --- a line ---

function line(parts, into) {
  const [kind, who, text, thought, emotion] = parts, name = data.names[who];
  const spoken = kind === "speech" || kind === "action" || kind === "thought";
  if (spoken) {
    const by = make("span", "who", name);
    by.style.setProperty("--hue", data.hues[who]);
    into.append(by);
  }
  into.append(make("span", "words", kind === "thought" ? `（${text}）` : text));
  if (thought) into.append(make("span", "inner", `（${thought}）`));
  if (emotion) into.append(make("span", "emotion", ` 〔${emotion}〕`));
  into.dir = "auto";
  return into;
}

function handsOf(id) {
  const found = new Set(), turn = turns[id - 1];
  for (let one = id; one; one = turns[one - 1][OF]) {
    (handsAfter.get(turns[one - 1][PARENT]) || []).forEach((hand) => found.add(hand));
    if (!turns[one - 1][OF] || turns[one - 1][OF] >= one) break;
  }
  if (turn[DRAW]) found.add(turn[DRAW]);
  return [...found].filter((hand) => data.draws[hand - 1][1].length).sort((a, b) => a - b);
}

function showHands(hands, id) {
  const box = make("div", "hands");
  hands.forEach((hand, n) => {
    const title = hands.length > 1 ? `${words.hand} ${n + 1}/${hands.length}` : words.hand;
    box.append(make("h3", "", id ? title : words.unsaid));
    const list = make("ol");
    data.draws[hand - 1][1].forEach((parts, place) => {
      const item = line(parts, make("li", parts[0]));
      const said = (picks.get(hand) || []).filter((one) => turns[one - 1][PLACE] === place);
      if (id && turns[id - 1][DRAW] === hand && turns[id - 1][PLACE] === place)
        item.classList.add("picked");
      else if (said.length) {
        item.classList.add("said");
        item.title = words.goes;
        item.onclick = () => follow(said.at(-1));
      }
      list.append(item);
    });
    box.append(list);
  });
  return box;
}

function row(id) {
  const turn = turns[id - 1], kind = data.kinds[turn[KIND]];
  const made = make(kind === "chapter" ? "h2" : "p", `turn ${kind}`);
  const siblings = children.get(turn[PARENT]), marks = make("span", "marks");
  const mark = data.marks[id], hands = handsOf(id);
  if (mark !== undefined) marks.append(make("span", "bookmark", `★ ${mark} `));
  if (hands.length) marks.append(make("span", "drawn", `${words.hand} `));
  if (siblings.length > 1) {
    const other = make("button", "", `⑂ ${siblings.indexOf(id) + 1}/${siblings.length}`);
    other.title = words.other;
    other.onclick = (event) => {
      event.stopPropagation();
      follow(siblings[(siblings.indexOf(id) + 1) % siblings.length]);
    };
    marks.append(other);
  }
  if (marks.childNodes.length) made.append(marks);
  line([kind, turn[WHO], turn[TEXT], turn[THOUGHT], turn[EMOTION]], made);
  made.dataset.id = id;
  made.onclick = () => {
    if (String(getSelection())) return;
    opened.has(id) ? opened.delete(id) : opened.add(id);
    stand(path.indexOf(id));
  };
  return made;
}

// --- the log, in chunks that are filled while they are near ---

const near = new IntersectionObserver((seen) => {
  for (const one of seen) one.isIntersecting ? fill(one.target) : drain(one.target);
}, { rootMargin: "1500px 0px" });

function fill(chunk) {
  if (chunk.filled) return;
  chunk.filled = true;
  chunk.style.minHeight = "";
  const from = chunk.number * CHUNK;
  chunk.replaceChildren(...path.slice(from, from + CHUNK).flatMap((id) => {
    const made = [row(id)];
    if (opened.has(id) && handsOf(id).length) made.push(showHands(handsOf(id), id));
    return made;
  }));
  reveal(chunk);
}

function drain(chunk) {
  if (!chunk.filled || chunk.hidden || chunk.number === Math.floor(at / CHUNK)) return;
  chunk.style.minHeight = `${chunk.offsetHeight}px`;
  chunk.replaceChildren();
  chunk.filled = false;
}

function reveal(chunk) {
  let place = chunk.number * CHUNK - 1;
  for (const child of chunk.children) {
    if (child.dataset.id) place += 1;
    child.hidden = place > at;
    child.classList.toggle("now", place === at && Boolean(child.dataset.id));
  }
}

function lay() {
  near.disconnect();
  chunks = [];
  for (let i = 0; i * CHUNK < path.length; i += 1) {
    const chunk = make("section", "chunk");
    chunk.number = i;
    chunk.style.minHeight = `${Math.min(CHUNK, path.length - i * CHUNK) * 40}px`;
    chunks.push(chunk);
  }
  log.replaceChildren(...chunks);
  chunks.forEach((chunk) => near.observe(chunk));
  const after = handsAfter.get(path.at(-1) || null) || [];
  const unsaid = after.filter((hand) => !picks.has(hand) && data.draws[hand - 1][1].length);
  $("after").replaceChildren(...(unsaid.length ? [showHands(unsaid, 0)] : []));
  $("where").max = Math.max(path.length - 1, 0);
}

// --- where it stands ---

function stand(place, quietly) {
  at = Math.max(0, Math.min(place, path.length - 1));
  const now = Math.floor(at / CHUNK);
  chunks.forEach((chunk, i) => {
    chunk.hidden = i > now;
    if (chunk.filled && i <= now) reveal(chunk);
  });
  const chunk = chunks[now];
  if (chunk) {
    chunk.filled = false;
    fill(chunk);
    if (!quietly) chunk.querySelector(".now")?.scrollIntoView({ block: "nearest" });
  }
  const end = at === path.length - 1;
  $("after").hidden = !end;
  $("where").value = at;
  $("count").textContent = `${path.length ? at + 1 : 0} / ${path.length}`;
  $("back").disabled = at === 0;
  $("on").disabled = end;
}

function follow(id) {
  const leaf = lastOf(id);
  path = pathTo(leaf);
  lay();
  stand(path.indexOf(id));
  $("branch").value = leaf;
}

function step(by) {
  stop();
  stand(at + by);
}

function stop() {
  clearTimeout(timer);
  timer = null;
  $("play").textContent = "▶";
  $("play").setAttribute("aria-label", words.play);
}

function play() {
  if (timer !== null) return stop();
  if (at >= path.length - 1) stand(0);
  $("play").textContent = "⏸";
  $("play").setAttribute("aria-label", words.pause);
  tick();
}

function tick() {
  const turn = turns[path[at] - 1], length = turn ? turn[TEXT].length + turn[THOUGHT].length : 0;
  timer = setTimeout(() => {
    if (at >= path.length - 1) return stop();
    const id = path[at + 1];
    if ($("hands").checked && handsOf(id).length) opened.add(id);
    stand(at + 1);
    tick();
  }, Math.min(700 + 70 * length, 9000) / Number($("pace").value));
}

// --- the controls ---

function option(value, text) {
  const made = make("option", "", text);
  made.value = value;
  return made;
}

function branches() {
  const leaves = turns.map((_, i) => i + 1).filter((id) => !children.has(id));
  if (data.head && !leaves.includes(data.head)) leaves.push(data.head);
  const shown = leaves.sort((a, b) => b - a).slice(0, 500);
  if (data.head && !shown.includes(data.head)) shown.unshift(data.head);
  $("branch").replaceChildren(...shown.map((id) =>
    option(id, `${id === data.head ? words.here : words.branch} ${id}  ${turns[id - 1][TEXT].slice(0, 24)}`)));
  $("branch").hidden = shown.length < 2;
}

function bookmarks() {
  const ids = Object.keys(data.marks).map(Number).sort((a, b) => a - b);
  $("mark").replaceChildren(option("", `★ ${words.marks}`),
    ...ids.map((id) => option(id, `${id}  ${data.marks[id]}`)));
  $("mark").hidden = !ids.length;
}

function label(id, text) {
  $(id).setAttribute("aria-label", text);
  $(id).title = text;
}

$("play").onclick = play;
$("back").onclick = () => step(-1);
$("on").onclick = () => step(1);
$("where").oninput = () => { stop(); stand(Number($("where").value)); };
$("branch").onchange = () => {
  stop();
  const id = Number($("branch").value);
  const before = new Set(path);
  path = pathTo(id);
  const common = path.findLastIndex((one) => before.has(one));
  lay();
  stand(Math.max(common, 0));
};
$("mark").onchange = () => {
  stop();
  const id = Number($("mark").value);
  if (id) path.includes(id) ? stand(path.indexOf(id)) : follow(id);
  $("mark").value = "";
};
$("theme").onclick = () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
};
document.onkeydown = (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (/^(SELECT|INPUT)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
  const keys = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), " ": play,
    Home: () => step(-path.length), End: () => step(path.length) };
  if (!keys[event.key] || (event.key === " " && /^(BUTTON|INPUT)$/.test(event.target.tagName))) return;
  event.preventDefault();
  keys[event.key]();
};
for (const [id, text] of Object.entries(words.labels)) label(id, text);
$("with").textContent = words.hand;
branches();
bookmarks();
path = pathTo(data.head);
lay();
$("branch").value = data.head || "";
stand(path.length - 1, true);
window.scrollTo(0, 0);
