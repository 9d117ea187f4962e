/**
 * A page that does what Talks' web client does, written from the description of it: it cannot be shipped itself. A field
 * for the nickname, then a history and a field with a button; one WebSocket, never opened again; what comes is taken for
 * an object in JSON without a second look, so that anything else is an error of the page.
 */
function talksPage(server: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>Talks</title>
<label>Nickname <input id="nickname"></label>
<button id="start">Start Chat</button>
<div id="history"></div>
<label>Message <input id="message"></label>
<button id="send">Envíar</button>
<script>
  const byId = (id) => document.getElementById(id);
  const uuid = crypto.randomUUID();
  let socket;
  function append(text, className, id) {
    const line = document.createElement("p");
    line.textContent = text;
    line.className = className;
    if (id !== undefined) line.id = id;
    byId("history").append(line);
  }
  function send(message) {
    socket.send(JSON.stringify({ nickname: byId("nickname").value, uuid, message }));
  }
  byId("start").addEventListener("click", () => {
    if (byId("nickname").value === "") return append("You must put a nickname to start!", "error");
    socket = new WebSocket(${JSON.stringify(server)} + "?uuid=" + uuid);
    socket.onopen = () => {
      append("Now you are connected!", "ok");
      send("ping");
    };
    socket.onerror = () => append("Connection refused!", "error");
    socket.onclose = () => append("Something is wrong:", "error");
    socket.onmessage = ({ data }) => {
      const { uuid: sender, nickname, message } = JSON.parse(data);
      const text = message === "ping" ? "now is connected!" : message + " ";
      append("[" + nickname + "]: " + text, "user-message " + sender, sender);
    };
  });
  byId("send").addEventListener("click", () => send(byId("message").value));
</script>
`;
}

/** Serves the page at an address of its own, as Talks' own server of files does; `server` is the chat's, `ws://…`. */
export function serveTalksPage(server: string): Readonly<{ url: string }> & AsyncDisposable {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const files = Deno.serve(options, () => new Response(talksPage(server), { headers }));
  return {
    url: `http://127.0.0.1:${files.addr.port}/`,
    [Symbol.asyncDispose]: () => files.shutdown(),
  };
}
