/** Our codec of memberlist's messages beside the general msgpack library, on the messages that peers send all day. */
import { type Codec, CONTENDERS } from "./wire/codecs.ts";
import { SAMPLES } from "./wire/samples.ts";
import { rates, type Work } from "./measure.ts";
import type { Bench, Suite } from "./suite.ts";

const UNIT = "messages/s";
const AIM = { ratioMin: 2 } as const;
const DIRECTIONS = ["encode", "decode"] as const;

const BENCHES: readonly Bench[] = DIRECTIONS.flatMap((direction) =>
  Object.keys(SAMPLES).map((sample) => ({ name: `${direction}_${sample}`, unit: UNIT, aim: AIM }))
);

export const WIRE: Suite = {
  name: "wire",
  benches: BENCHES,
  contenders: Object.keys(CONTENDERS),
  reference: "msgpack",
  notes: [
    "packet is a compound of 12, half alive and half suspect; push_pull is a table of 100 rows on a stream.",
    "msgpack encodes and decodes the maps alone and believes them; around them it has the least that does the work.",
    "Its Encoder and Decoder are made once, as its own page advises for speed.",
  ],
  async measure(contender, plan) {
    const { prepare } = CONTENDERS[contender]!;
    const works = new Map<string, Work>();
    for (const direction of DIRECTIONS) {
      for (const [name, sample] of Object.entries(SAMPLES)) {
        works.set(`${direction}_${name}`, manyTimes(prepare(sample)[direction]));
      }
    }
    return await rates(works, plan);
  },
};

/** So that reading the clock costs nothing to speak of. */
const CALLS = 100;

function manyTimes(run: Codec["encode"]): Work {
  return () => {
    for (let call = 0; call < CALLS; call++) run();
    return Promise.resolve(CALLS);
  };
}
