declare const brand: unique symbol;

/** A `T` that only its own parser makes, so that two ids of the same shape cannot be exchanged. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
