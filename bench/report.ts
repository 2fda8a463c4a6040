/**
 * The results for people: a table for the terminal, and a page for the documents.
 */
import { inColumns, markdownTable } from '../scripts/table.ts';
import { costRatio, type Figure, median } from './figure.ts';
import type { Machine } from './machine.ts';
import type { Sizes } from './options.ts';

/** Everything that a run has found out; this is also what the JSON file holds. */
export interface Results {
  readonly command: string;
  /** Day of the run, such as 2026-01-31. */
  readonly date: string;
  readonly machine: Machine;
  readonly sizes: Sizes;
  readonly figures: readonly Figure[];
}

const headings = ['Figure', 'Unit', 'Measured', 'Beside it', 'Ratio', 'Aim'] as const;

/** Three digits are more than the machine's noise leaves true. */
function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** The range tells how far to trust the median. */
function withRange(values: readonly number[]): string {
  if (values.length === 1) return shown(median(values));
  return `${shown(median(values))} (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`;
}

function rows(figures: readonly Figure[]): string[][] {
  return figures.map((figure) => {
    const ratio = costRatio(figure);
    return [
      figure.name,
      figure.unit,
      withRange(figure.measured.values),
      `${figure.beside.name}: ${withRange(figure.beside.values)}`,
      ratio === undefined ? '' : ratio.toFixed(2),
      figure.aim ?? '',
    ];
  });
}

/** The figures in columns. */
export function terminalTable(figures: readonly Figure[]): string {
  return inColumns([headings, ...rows(figures)]);
}

/** The page of figures, with the command and the machine. */
export function figuresPage({ command, date, machine, sizes, figures }: Results): string {
  const methods = figures.map(
    ({ name, beside, method }) => `- **${name}**, beside ${beside.name}: ${method}`,
  );
  return `# Figures

Written by \`${command}\` on ${date}. Medians of ${sizes.rounds} rounds in turn with what stands beside them (${sizes.starts} for starts, ${sizes.passages} of what is about ${sizes.records.toLocaleString('en')} records), lowest and highest in brackets. The ratio is the cost as a multiple of what stands beside it: 1 is the same, less is better. Ratios carry over to other machines, absolute figures do not.

Machine: ${machine.cores} cores, ${machine.memory} GB, ${machine.system}, Node.js ${machine.node}, Node-RED ${machine.nodeRed}.

${markdownTable([headings, ...rows(figures)])}

## How each was measured

${methods.join('\n')}
`;
}
