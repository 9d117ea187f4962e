/** What decides about colour, asked for once at start. */
export interface ColourSources {
  /** `--color` or `--no-color`; undefined when neither was given. */
  readonly flag?: boolean | undefined;
  /** The values of `FORCE_COLOR`, `NO_COLOR` and `TERM`. */
  readonly forceColor?: string | undefined;
  readonly noColor?: string | undefined;
  readonly term?: string | undefined;
  /** Whether the output is a terminal. */
  readonly terminal: boolean;
}

/** Whether to colour: the flag, else `FORCE_COLOR`, else a non-empty `NO_COLOR`, else not if dumb, else on terminals. */
export function wantsColour(sources: ColourSources): boolean {
  if (sources.flag !== undefined) return sources.flag;
  if (sources.forceColor !== undefined) return sources.forceColor !== "0" && sources.forceColor !== "false";
  if (sources.noColor) return false;
  return sources.terminal && sources.term !== "dumb";
}

type Paint = (text: string) => string;

/**
 * All the looks there are. A colour never says anything alone: the text says it too, for those who see no colour, and
 * for pipes.
 */
export interface Style {
  readonly coloured: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  /** `text` in the colour that belongs to `name`, the same on every screen. */
  readonly byName: (name: string, text: string) => string;
}

const COLOUR_OFF = 39;
/** Green, yellow, blue, magenta, cyan and their bright kin: red stays for errors, black and white for backgrounds. */
const NAME_COLOURS = [32, 33, 34, 35, 36, 92, 93, 94, 95, 96];

/** The looks, or with `coloured` false the same functions doing nothing. */
export function createStyle(coloured: boolean): Style {
  // Each look ends only itself, so that they nest.
  const paint = (on: number, off: number): Paint => (text) => coloured ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    coloured,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, COLOUR_OFF),
    green: paint(32, COLOUR_OFF),
    yellow: paint(33, COLOUR_OFF),
    cyan: paint(36, COLOUR_OFF),
    byName: (name, text) => paint(colourOf(name), COLOUR_OFF)(text),
  };
}

function colourOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return NAME_COLOURS[hash % NAME_COLOURS.length]!;
}
