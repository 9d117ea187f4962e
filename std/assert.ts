/**
 * A thin adapter: `@std/assert`'s names over `node:assert/strict`, those of them that we use. So one line of the import
 * map can switch to JSR's.
 */
import assertStrict from "node:assert/strict";

/** Throws an `AssertionError` saying `message` unless `condition` is truthy. */
export function assert(condition: unknown, message = ""): asserts condition {
  if (!condition) throw new assertStrict.AssertionError({ message: message || "Expected a truthy value" });
}

/** Throws unless both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.deepStrictEqual(actual, expected, message);
}

/** Throws if both values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.notDeepStrictEqual(actual, expected, message);
}

/** Throws unless `value` is neither `undefined` nor `null`. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T> {
  assert(value !== undefined && value !== null, message ?? "Expected a value");
}

/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  assert(
    actual.includes(expected),
    message ?? `Expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`,
  );
}

/** Throws unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assertStrict.match(actual, expected, message);
}

/** Throws unless `run` throws an instance of `errorClass` whose message includes `messageIncludes`; returns the error. */
export function assertThrows<E extends Error>(
  run: () => unknown,
  errorClass: new (...args: never[]) => E = Error as never,
  messageIncludes = "",
): E {
  try {
    run();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  throw new assertStrict.AssertionError({ message: "Expected the function to throw" });
}

/** As {@linkcode assertThrows}, for a function that returns a promise. */
export async function assertRejects<E extends Error>(
  run: () => PromiseLike<unknown>,
  errorClass: new (...args: never[]) => E = Error as never,
  messageIncludes = "",
): Promise<E> {
  try {
    await run();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  throw new assertStrict.AssertionError({ message: "Expected the promise to be rejected" });
}

function checkError<E extends Error>(error: unknown, errorClass: new (...args: never[]) => E, includes: string): E {
  assert(error instanceof errorClass, `Expected ${errorClass.name}, got ${String(error)}`);
  assert(
    error.message.includes(includes),
    `Expected ${JSON.stringify(error.message)} to include ${JSON.stringify(includes)}`,
  );
  return error;
}
