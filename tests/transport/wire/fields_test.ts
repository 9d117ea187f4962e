import { assertEquals } from "@std/assert";
import * as layouts from "../../../transport/wire/fields.ts";

for (const [name, { fields }] of Object.entries(layouts)) {
  Deno.test(`the fields of ${name} stand in the byte order of their names`, () => {
    const names = fields.map(({ key }) => key.subarray(1).toHex());
    assertEquals(names, [...names].sort());
  });

  Deno.test(`every field of ${name} has a zero value`, () => {
    const zero: object = layouts[name as keyof typeof layouts].zero();
    const properties = Object.keys(zero).filter((property) => property !== "type");
    assertEquals(fields.map(({ property }) => property).sort(), properties.sort());
  });
}
