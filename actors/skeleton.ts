/**
 * Letters that most fonts draw like a Latin one: the usual suspects of Unicode's list of confusables (UTS 39), Cyrillic,
 * Greek and Armenian. Full-width and mathematical letters are folded by NFKC.
 */
const DRAWN_LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: "аα",
    b: "Ь",
    c: "сϲ",
    d: "ԁ",
    e: "еҽ",
    g: "ɡց",
    h: "һհ",
    i: "іιı",
    j: "јϳ",
    k: "кκ",
    l: "I1|ӏ",
    m: "м",
    n: "пηո",
    o: "0оοօσ",
    p: "рρ",
    q: "ԛ",
    r: "г",
    s: "ѕ",
    t: "тτ",
    u: "υս",
    v: "νѵ",
    w: "ԝω",
    x: "хχ",
    y: "уγ",
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** What a name comes down to for somebody who does not look twice. */
export function skeletonOf(name: string): string {
  const folded = [...name.normalize("NFKC").replace(INVISIBLE, "")].map((letter) =>
    DRAWN_LIKE.get(letter) ?? letter.toLowerCase()
  );
  return folded.map((letter) => DRAWN_LIKE.get(letter) ?? letter).join("").replaceAll("rn", "m").replaceAll("vv", "w");
}
