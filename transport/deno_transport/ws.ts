/** The one place that imports `ws`, for only with this pragma it has types. */
// @ts-types="./ws.d.ts"
export { type RawData, WebSocket, WebSocketServer } from "ws";
