import { type Markup, markup } from "./markup.ts";

/** A page of HTML with this title and body: everything is in it, and it loads nothing. */
export function wholePage(title: string, body: Markup): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`.text;
}

const STYLE = markup`
:root { --ink: #1d2430; --paper: #ffffff; --faint: #5d6675; --rule: #d8dce3; --one: #0b62c4; --other: #b4460a; --band: #f0d9a8; --bad: #b3261e; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --paper: #14181f; --faint: #a2abba; --rule: #333b48; --one: #6cb2ff; --other: #ffab70; --band: #4a3c1c; --bad: #ff8a80; --good: #7fd8a0; }
}
body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
code { font-size: .85rem; overflow-wrap: anywhere; }
.verdict { font-weight: 600; } .failed { color: var(--bad); } .passed.verdict { color: var(--good); } .void.verdict { color: var(--other); }
table { margin: 1rem 0; border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--rule); }
th { white-space: nowrap; font-weight: 600; color: var(--faint); } thead th { white-space: normal; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
figure > svg { width: 100%; height: auto; display: block; }
.grid { stroke: var(--rule); } .axis { stroke: var(--faint); }
.tick, .label { fill: var(--faint); font-size: 12px; }
.line { fill: none; stroke: var(--one); stroke-width: 1.75; } .line1 { stroke: var(--other); stroke-dasharray: 5 3; }
.band { fill: var(--band); fill-opacity: .6; }
.legend { list-style: none; display: flex; gap: 1.5rem; padding: 0; margin: .25rem 0; font-size: .9rem; }
.legend svg { width: 28px; height: 8px; margin-right: .5rem; vertical-align: middle; }
.note { color: var(--faint); font-size: .9rem; }
`;
