import { type Decision, explainDecision, whyNot } from '@holdfast/engine'
import type { Command } from 'commander'
import { CommandError } from '../exit.js'
import { writeOut } from '../output.js'
import { openRecorded } from '../recorded.js'

const PLACE = 'examples/february-2026.yaml'

type Flags = { readonly of: string; readonly json?: boolean }

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description(
      'why a decision was made: rule, binding condition, every input with its age and source, what would flip it',
    )
    .argument('<id>', 'of the decision; its first characters are enough')
    .option('--of <place>', 'the configuration or the journal of the run', PLACE)
    .option('--json', 'print as JSON')
    .action(async (id: string, flags: Flags) => {
      const recorded = openRecorded(flags.of)
      const explanation = explainDecision(decisionOf(recorded.turns(), id, flags.of), recorded.rulebook)
      await writeOut(`${flags.json === true ? JSON.stringify(explanation) : explanation.text}\n`)
    })
  program
    .command('why-not')
    .description('why a rule does not act now: what blocks it, and what would flip it')
    .argument('<rule>', 'id of the rule')
    .option('--of <place>', 'the configuration or the journal of the run', PLACE)
    .option('--json', 'print as JSON')
    .action(async (rule: string, flags: Flags) => {
      const recorded = openRecorded(flags.of)
      const engine = recorded.replay()
      const view = engine.view()
      const answer = whyNot(recorded.rulebook, rule, view.rules, view.assessment, engine.market?.())
      if (!answer.ok) throw new CommandError(`why-not: ${answer.message}`)
      await writeOut(`${flags.json === true ? JSON.stringify(answer) : answer.text}\n`)
    })
}

function decisionOf(turns: Iterable<{ readonly decisions: readonly Decision[] }>, id: string, place: string): Decision {
  const found = new Map<string, Decision>()
  for (const { decisions } of turns) {
    for (const decision of decisions) if (decision.id.startsWith(id)) found.set(decision.id, decision)
  }
  const [first, second] = found.values()
  if (first === undefined) throw new CommandError(`explain: ${place} holds no decision ${id}`)
  if (second !== undefined) throw new CommandError(`explain: ${found.size} decisions begin with ${id}; give more of it`)
  return first
}
