/**
 * Tables of texts, the first line holding the headings.
 */

/** Lines of cells, all of the same length. */
export type TableLines = readonly (readonly string[])[];

/** For a terminal: columns as wide as their widest cell. */
export function inColumns(lines: TableLines): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** For a document. */
export function markdownTable([headings = [], ...rows]: TableLines): string {
  return [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
