/** What we use of the package `ws`; its own types would bring along those of another version of Node. */
import type { Buffer } from "node:buffer";
import type http from "node:http";
import type net from "node:net";

export type RawData = Buffer | ArrayBuffer | Buffer[];

export class WebSocket {
  constructor(url: string, options?: { readonly origin?: string; readonly headers?: Readonly<Record<string, string>> });
  readonly OPEN: 1;
  readonly readyState: 0 | 1 | 2 | 3;
  readonly bufferedAmount: number;
  on(event: "open", listener: () => void): this;
  on(event: "pong", listener: (data: Buffer) => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "message", listener: (data: RawData, isBinary: boolean) => void): this;
  on(event: "close", listener: (code: number, reason: Buffer) => void): this;
  send(
    data: Uint8Array | string,
    options?: { readonly binary?: boolean; readonly fin?: boolean },
    done?: (error?: Error) => void,
  ): void;
  ping(data?: string): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
}

export class WebSocketServer {
  constructor(options: {
    readonly noServer: true;
    readonly maxPayload: number;
    readonly perMessageDeflate: false;
    readonly closeTimeout: number;
  });
  handleUpgrade(
    request: http.IncomingMessage,
    socket: net.Socket,
    head: Buffer,
    opened: (webSocket: WebSocket) => void,
  ): void;
}
