/**
 * An author's key as people compare it, over the telephone or side by side. Who wants to pass for somebody has to find a
 * key with the same fingerprint, among 2^80. Eight words would be 2^64, which many machines together can search through;
 * ten can still be read aloud in one breath.
 */
import { hash } from "node:crypto";
import { concat } from "../../transport/concat.ts";
import { type AuthorId, keyOf } from "./author.ts";

/** Ten words, one for each byte, and the same ten bytes in hexadecimal, in groups of four digits. */
export type Fingerprint = Readonly<{ words: string; hex: string }>;

const FINGERPRINT_BYTES = 10;

/** Goes into the hash before the key, so that the hash is not one that means something elsewhere. */
const PURPOSE = new TextEncoder().encode("parley fingerprint");

/** Short and known to children, and so far apart that none is misheard or mistyped for another. */
export const WORDS: readonly string[] = `
  abbey acorn adventure almond anchor animal arrow autumn badger bakery balcony bamboo banjo barrel basket beaver
  bicycle biscuit blossom boulder bramble bridge bronze buffalo button cabin cactus camel candle carpet cedar cello
  chalk cherry chimney cinder circus clover cobweb coconut coffee copper cottage cricket crystal cucumber curtain
  cushion cyclone daisy dancer dentist desert diamond dolphin donkey dragon drizzle drummer dungeon eagle earring
  echo elbow elephant ember emerald engine evening fabric farmer feather festival fiddle firefly flamingo flute
  forest fountain funnel galaxy garlic gazelle geyser giraffe glacier goblet goose gorilla granite guitar hallway
  harvest hedgehog helmet heron horizon hotel iceberg igloo indigo insect island ivory jaguar jasmine jewel jigsaw
  journey juggler juniper kangaroo kayak kernel kettle kitchen koala lagoon lantern leopard lettuce library lily
  lizard lobster locket lollipop lynx machine magnet mammoth marble meadow mermaid midnight mirror mitten morning
  mosaic muffin mustard napkin nectar needle nephew nickel notebook nugget nutmeg oasis oatmeal ocean octopus olive
  onion opera orbit orchard ostrich otter oxygen panther passport peacock pebble pelican penguin piano picnic pigeon
  pilot pirate plaza plum poetry potato prairie pretzel pumpkin puzzle pyramid quarry queen quilt rabbit raccoon
  radish raft rainbow raven reindeer ribbon ruby runway sailor sandal scarf school scooter seaweed shepherd shoelace
  silver sketch sleigh snail soccer spider sponge squirrel statue stove sugar sunset swan syrup teapot temple thimble
  thunder tiger toast tornado tractor treasure trumpet tulip turtle twilight umbrella uncle unicorn vacuum valley
  vampire vanilla viking village violin volcano vulture waffle walnut wedding wheel whisper willow wolf wombat yacht
  yarn yeti yogurt zebra zigzag zodiac
`.trim().split(/\s+/);

export function fingerprintOf(author: AuthorId): Fingerprint {
  const bytes = hash("sha256", concat([PURPOSE, keyOf(author)]), "buffer").subarray(0, FINGERPRINT_BYTES);
  return {
    words: Array.from(bytes, (byte) => WORDS[byte]).join(" "),
    hex: bytes.toString("hex").replace(/(.{4})(?=.)/g, "$1 "),
  };
}
