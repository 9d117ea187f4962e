import { PoolWorld } from "../support/pool_node.ts";
import { poolsContract } from "./pools_contract.ts";

poolsContract("pools in the simulator", () => PoolWorld.simulated());
