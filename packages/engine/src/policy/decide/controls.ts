import type { ControlEvent } from '../../event.js'
import { answerApproval } from './approvals.js'
import { type DecideContext, record } from './context.js'
import { endKill, throwSwitch } from './kills.js'
import { changeStage } from './ladder.js'

/** Under this name the engine records that a person took over what the venue says. */
export const ADOPT = 'act.adopt'

/** Takes in what people said since the last turn, in that order. */
export function takeControls(context: DecideContext, controls: readonly ControlEvent[]): void {
  for (const control of controls) {
    switch (control.command) {
      case 'kill':
        throwSwitch(context, control)
        break
      case 'resume':
        endKill(context, control)
        break
      case 'stage':
        changeStage(context, control)
        break
      case 'approve':
      case 'reject':
        answerApproval(context, control)
        break
      case 'adopt':
        tellAdoption(context, control)
        break
      case 'acknowledge':
        break
    }
  }
}

function tellAdoption(context: DecideContext, { target, actor, note }: ControlEvent): void {
  record(context, {
    rule: ADOPT,
    stage: 'live',
    scope: { kind: 'account', account: target },
    action: { kind: 'adopt', account: target, by: actor },
    outcome: 'done',
    condition: '',
    terms: [],
    inputs: [],
    reasons: note === undefined || note === '' ? [] : [note],
    cause: [target, actor],
  })
}
