/** What of a terminal and of the environment says how a run may be shown. */
export interface Watching {
  /** Whether stderr is a terminal. */
  readonly terminal: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Asked for a document: another program is watching. */
  readonly json: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** Lines are for whatever is not drawn on: a file, a CI's log, a screen reader, a terminal that is too small. */
export type Form = "screen" | "lines";

const SMALLEST = { columns: 40, rows: 10 };

/** Which form a run is shown in. `GATE_PLAIN=1` asks for lines outright. */
export function formFor({ terminal, columns, rows, json, environment }: Watching): Form {
  const { TERM, CI, CONTINUOUS_INTEGRATION, GATE_PLAIN, INK_SCREEN_READER } = environment;
  const drawable = terminal && TERM !== undefined && TERM !== "dumb";
  const wanted = !json && !isSet(GATE_PLAIN) && !isSet(INK_SCREEN_READER);
  const watched = !isSet(CI) && !isSet(CONTINUOUS_INTEGRATION);
  const large = columns >= SMALLEST.columns && rows >= SMALLEST.rows;
  return drawable && wanted && watched && large ? "screen" : "lines";
}

/** How a drawing is made where it is shown. */
export interface Style {
  readonly colour: boolean;
  /** Block characters; else ASCII alone. */
  readonly blocks: boolean;
}

export function styleFor({ NO_COLOR = "", LC_ALL, LC_CTYPE, LANG }: Watching["environment"]): Style {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return { colour: NO_COLOR === "", blocks: /utf-?8/i.test(locale) };
}

const isSet = (value: string | undefined) =>
  value !== undefined && value !== "" && value !== "0" && value !== "false";
