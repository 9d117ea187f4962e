import { openDenoTransport } from "../../transport/deno_transport.ts";
import { poolsContract } from "../actors/pools_contract.ts";
import { PoolWorld } from "../support/pool_node.ts";

poolsContract("pools on sockets", () => PoolWorld.on(openDenoTransport));
