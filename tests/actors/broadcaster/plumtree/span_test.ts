import { assertEquals } from "@std/assert";
import { toSpans } from "../../../../actors/broadcaster/plumtree/span.ts";

Deno.test("numbers of one life that follow each other go together, whatever comes between; the hops are the last one's", () => {
  const of = (author: string, epoch: number, ...numbers: readonly number[]) =>
    numbers.map((sequence) => ({ author, epoch, sequence, hops: sequence }));
  const ids = [...of("a", 1, 1, 2), ...of("b", 1, 5), ...of("a", 1, 3, 7), ...of("a", 2, 8), ...of("b", 1, 4)];
  assertEquals(
    toSpans(ids).map(({ author, epoch, first, last, hops }) => `${author} ${epoch}: ${first}-${last} after ${hops}`),
    ["a 1: 1-3 after 3", "b 1: 5-5 after 5", "a 1: 7-7 after 7", "a 2: 8-8 after 8", "b 1: 4-4 after 4"],
  );
});
