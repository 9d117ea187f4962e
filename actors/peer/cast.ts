import type { ArchiveMessage } from "../archive.ts";
import type { BootstrapMessage } from "../bootstrap.ts";
import type { ItemsMessage } from "../items.ts";
import type { GatewayMessage } from "../gateway.ts";
import type { CliChatMessage } from "../cli_chat.ts";
import type { LinksMessage } from "../links.ts";
import type { PoolMessage } from "../pool.ts";
import { CastOf, type PoolParts } from "../pool/cast.ts";
import type { PoolsMessage } from "../pools.ts";
import type { RoomsMessage } from "../rooms.ts";
import type { SerfMessage } from "../serf.ts";

/** The parts in a peer, and what each understands. Of those of a pool, they are the chat's. */
export type Parts = PoolParts & {
  links: LinksMessage;
  pool: PoolMessage;
  pools: PoolsMessage;
  rooms: RoomsMessage;
  archive: ArchiveMessage;
  items: ItemsMessage;
  bootstrap: BootstrapMessage;
  serf: SerfMessage;
  gateway: GatewayMessage;
  /** Only where members may run cli-chat. */
  cliChat: CliChatMessage;
};

/** The refs of a peer's actors by their part. */
export class Cast extends CastOf<Parts> {}
