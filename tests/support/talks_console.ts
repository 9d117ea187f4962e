/** What Talks' console sends: the head when it connects, and a message for each line, `ping` first. */
export function talksConsole(nickname: string) {
  const uuid = btoa(`${nickname}\n`);
  const head = [
    `GET /?uuid=${uuid} HTTP/1.1`,
    "Connection: Upgrade",
    "User-Agent: console",
    "Client-Type: console",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${uuid}`,
    "Sec-WebSocket-Extensions: permessage-deflate;",
    "",
    "",
  ].join("\r\n");
  const message = (text: string): string => JSON.stringify({ uuid, nickname: `${nickname}\n`, message: text });
  return { uuid, head, message };
}
