import { ACTION_CLASSES, ACTION_MATRIX, QUALITIES } from '@holdfast/engine'
import { code, page, table } from './markdown.mjs'

/** Which quality of data each class of action tolerates. */
export const path = 'docs/reference/action-matrix.md'

export function text() {
  return page(
    'Action matrix',
    'What an action may rest on: the worst quality of the inputs that it read. `allowed`: it may be decided. `named`: it may, and the decision names the input, its age and its quality. `refused`: it is not, and the refusal is recorded. Qualities stand from best to worst; [quality](../concepts/quality.md) says what each means.',
    table(
      ['class', ...QUALITIES.map(code)],
      ACTION_CLASSES.map((one) => [code(one), ...QUALITIES.map((quality) => ACTION_MATRIX[one][quality])]),
    ),
    '`open` adds risk, or may. `reduce` only takes risk away. `cancel` withdraws orders. `alert` tells about figures. `report-input` tells that an input is bad. `halt` holds everything that adds risk.',
  )
}
