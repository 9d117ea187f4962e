import { seededRandom } from "../../actors/runtime/random.ts";
import { Network } from "../../sim/network.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { parseAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { TransportRecorder } from "./recorder.ts";
import { transportContract, type TransportWorld } from "./contract.ts";

const ANY_PORT = parseAddress("127.0.0.1:0")!;

/** Longer than anything that a connection of the contract may wait for. */
const LONG_MS = 60_000;

transportContract("simulated transport", () => simulatedWorld(new Network(new VirtualClock(), seededRandom(1))));

function simulatedWorld(network: Network): TransportWorld {
  const open = openSimulatedTransportOn(network);
  return {
    open,
    until: (condition, withinMs, what) => network.clock.until(condition, withinMs, what, 1),
    settle: () => network.clock.advance(LONG_MS),
    async blackHole() {
      const { address } = await open(ANY_PORT, new TransportRecorder());
      network.add(cutOff(address));
      return address;
    },
    close: () => Promise.resolve(),
  };
}
