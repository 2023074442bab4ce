// Small pieces of Markdown that every reference page is made of.

const NOTICE = '<!-- Made from the code by scripts/generated.mjs; edit the code, then run it. -->'

/** A whole page. `parts` are paragraphs, tables and headings, each a string without its blank line. */
export function page(title, ...parts) {
  return `${[`# ${title}`, NOTICE, ...parts].join('\n\n')}\n`
}

/** A table; cells are text as it is to be read. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function code(text) {
  return `\`${text}\``
}

function cell(text) {
  return String(text ?? '')
    .replaceAll('\n', ' ')
    .replaceAll('|', '\\|')
}
