/** Whom a query is for (`query.go`): every filter in it must let us through. */
import { MsgpackReader } from "../../transport/wire/msgpack.ts";
import { matchesExpression } from "./expression.ts";
import { assigned, readFields, readList } from "./fields.ts";
import type { Tags } from "./tags.ts";

/** Type bytes: a list of names; a tag and the regular expression that its value has to match. */
const FILTER = { names: 0, tag: 1 } as const;

const NAMES_MAX = 1_024;

/** Whether a query with these filters means us; `unclear` if a filter is none, or none that we understand. */
export function isMeant(
  filters: readonly Uint8Array[],
  self: Readonly<{ name: string; tags: Tags }>,
): "yes" | "no" | "unclear" {
  for (const filter of filters) {
    const passes = passesFilter(filter, self);
    if (passes !== true) return passes === undefined ? "unclear" : "no";
  }
  return "yes";
}

function passesFilter(filter: Uint8Array, { name, tags }: { name: string; tags: Tags }): boolean | undefined {
  const reader = new MsgpackReader(filter, 1);
  if (filter[0] === FILTER.names) return readList(reader, NAMES_MAX, () => reader.text())?.includes(name);
  if (filter[0] !== FILTER.tag) return undefined;
  const wanted = { tag: "", expression: "" };
  const whole = readFields(reader, {
    Tag: () => assigned(reader.text(), (value) => wanted.tag = value),
    Expr: () => assigned(reader.text(), (value) => wanted.expression = value),
  });
  return whole && matchesExpression(wanted.expression, tags.get(wanted.tag) ?? "");
}
