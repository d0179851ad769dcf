/** What bars and curves are drawn with. */
export interface Glyphs {
  readonly full: string;
  readonly empty: string;
  /** From nothing to everything. */
  readonly heights: readonly string[];
  readonly unknown: string;
  readonly ellipsis: string;
}

export const BLOCKS: Glyphs = {
  full: "█",
  empty: "░",
  heights: [..."▁▂▃▄▅▆▇█"],
  unknown: "·",
  ellipsis: "…",
};

export const ASCII: Glyphs = {
  full: "#",
  empty: "-",
  heights: [..."_.-=+*%#"],
  unknown: "?",
  ellipsis: "...",
};

export function bar(
  share: number,
  columns: number,
  { full, empty }: Glyphs,
): { readonly full: string; readonly rest: string } {
  const width = Math.max(0, columns);
  // a bar is full when everything is done, and not before
  const filled = Math.min(width, Math.max(0, Math.floor(share * width)));
  return { full: full.repeat(filled), rest: empty.repeat(width - filled) };
}

export function sparkline(
  values: readonly (number | null)[],
  most: number,
  { heights, unknown }: Glyphs,
): string {
  return values
    .map((value) => {
      if (value === null) return unknown;
      const height = Math.round((Math.max(0, value) / most) * (heights.length - 1));
      return heights[Math.min(height, heights.length - 1)] ?? unknown;
    })
    .join("");
}
