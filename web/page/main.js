// @ts-check
/// <reference lib="dom" />
/** The page: who we are, who is here, what is said. Whatever comes is shown as text, and only as text. */
import { Connection } from "./connection.js";

/** Lines that are kept on the page. */
const LINES_MAX = 500;

/** So near to the end of the messages, in pixels, new ones are followed. */
const FOLLOW_PX = 60;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`no ${id} on the page`);
  return element;
}

const join = byId("join", HTMLFormElement);
const name = byId("name", HTMLInputElement);
const room = byId("room", HTMLInputElement);
const refusal = byId("refusal", HTMLParagraphElement);
const chat = byId("chat", HTMLDivElement);
const where = byId("where", HTMLHeadingElement);
const status = byId("status", HTMLParagraphElement);
const messages = byId("messages", HTMLOListElement);
const count = byId("count", HTMLHeadingElement);
const people = byId("people", HTMLUListElement);
const say = byId("say", HTMLFormElement);
const text = byId("text", HTMLInputElement);
const send = say.querySelector("button");

/** @type {Connection | undefined} */
let connection;
/** When the connection broke, if it is broken. @type {Date | undefined} */
let lostAt;
/** Who is here, ourselves among them. @type {Set<string>} */
const present = new Set();

join.addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});

say.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim() === "") return;
  if (connection?.say(text.value)) text.value = ""; // else it stays, to be sent later
});

byId("leave", HTMLButtonElement).addEventListener("click", () => leave(""));

// Whoever reloads the page stays who he is; another tab is somebody else.
name.value = sessionStorage.getItem("name") ?? "";
room.value = sessionStorage.getItem("room") ?? room.value;
if (sessionStorage.getItem("in") === "yes") enter();

function enter() {
  const who = { name: name.value.trim().normalize("NFC"), room: room.value.trim().replace(/^#/, "") };
  refusal.textContent = "";
  connection?.close();
  connection = new Connection(who, {
    message: show,
    lost: (retryMs) => {
      lostAt ??= new Date();
      setStatus(`No connection; trying again in ${Math.ceil(retryMs / 1000)} s`, true);
    },
    refused: leave,
  });
  setStatus("Connecting");
}

/** @param {string} why */
function leave(why) {
  connection?.close();
  connection = undefined;
  lostAt = undefined;
  sessionStorage.removeItem("in");
  messages.replaceChildren();
  chat.hidden = true;
  join.hidden = false;
  refusal.textContent = why;
  name.focus();
}

/** @param {import("./protocol.js").FromPeer} message */
function show(message) {
  switch (message.type) {
    case "here":
      return welcome(message.names);
    case "said":
      return line(message.name === connection?.who.name ? "own" : "", [nameOf(message.name), `: ${message.text}`]);
    case "came":
      if (message.name === connection?.who.name) return; // whoever comes in knows it
      present.add(message.name);
      showPeople();
      return line("notice", [nameOf(message.name), " came"]);
    case "went":
      present.delete(message.name);
      showPeople();
      return line("notice", [nameOf(message.name), " left"]);
  }
}

/** @param {readonly string[]} others */
function welcome(others) {
  if (connection === undefined) return;
  const { who } = connection;
  for (const key of /** @type {const} */ (["name", "room"])) sessionStorage.setItem(key, who[key]);
  sessionStorage.setItem("in", "yes");
  where.textContent = `#${who.room}`;
  document.title = `#${who.room} – Parley`;
  join.hidden = true;
  chat.hidden = false;
  setStatus(`You are ${who.name}`);
  if (lostAt !== undefined) {
    line("notice", [`Connected again; what was said since ${clockOf(lostAt)} is missing here`]);
    lostAt = undefined;
  }
  present.clear();
  for (const other of [...others, who.name]) present.add(other);
  showPeople();
  text.focus();
}

function showPeople() {
  count.textContent = present.size === 1 ? "1 person" : `${present.size} people`;
  people.replaceChildren(
    ...[...present].sort((a, b) => a.localeCompare(b)).map((person) => {
      const item = document.createElement("li");
      item.append(nameOf(person));
      return item;
    }),
  );
}

/**
 * A name, apart from what stands around it also where it is written from right to left.
 * @param {string} name
 */
function nameOf(name) {
  const element = document.createElement("bdi");
  element.className = "name";
  element.textContent = name;
  return element;
}

/**
 * @param {string} kind
 * @param {readonly (Node | string)[]} parts
 */
function line(kind, parts) {
  const isFollowed = messages.scrollHeight - messages.scrollTop - messages.clientHeight < FOLLOW_PX;
  const item = document.createElement("li");
  item.className = kind;
  const time = document.createElement("time");
  time.textContent = clockOf(new Date());
  const words = document.createElement("bdi");
  words.append(...parts);
  item.append(time, words);
  messages.append(item);
  while (messages.childElementCount > LINES_MAX) messages.firstElementChild?.remove();
  if (isFollowed) messages.scrollTop = messages.scrollHeight;
}

/** @param {Date} date */
function clockOf(date) {
  return date.toLocaleTimeString("en-GB");
}

/**
 * @param {string} words
 * @param {boolean} isBad
 */
function setStatus(words, isBad = false) {
  status.textContent = words;
  status.classList.toggle("bad", isBad);
  if (send) send.disabled = connection?.isIn !== true;
  if (chat.hidden) refusal.textContent = isBad ? words : "";
}
