import { type Decision, type EngineView, KILL_MODES, killNote, STAGES, type Stage, suggest } from '@holdfast/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { requireScope } from '../guard.js'
import type { KeyScope } from '../keys.js'
import { Problem } from '../problem.js'
import { type ActedWire, actedSchema, killPreviewSchema, killPreviewWire } from '../wire/acting.js'
import { decisionWire } from '../wire/decision.js'
import { currentView, scopesOf } from './acting.js'
import type { RouteContext } from './context.js'
import { callerOf, idempotencyHeader, idempotencyKey, once, say, type Word } from './word.js'

const reason = z.string().min(1).max(500)
const idParams = z.object({ id: z.string() })
const previewBody = z.strictObject({ scope: z.string().default('all'), mode: z.enum(KILL_MODES).default('cancel') })
const killBody = z.strictObject({
  scope: z.string().default('all'),
  mode: z.enum(KILL_MODES).default('cancel'),
  drill: z.boolean().default(false),
  reason,
})
const resumeBody = z.strictObject({ scope: z.string().default('all'), reason })
const noteBody = z.strictObject({ note: z.string().max(500).optional() })
const stageBody = z.strictObject({ stage: z.enum(STAGES) })

/** What came of a word: read from the turn that recorded it. */
type Judge = (
  view: EngineView,
  decisions: readonly Decision[],
) => { readonly outcome: 'done' | 'pending'; readonly text: string }

/** What people do: kill and resume, approve and reject, move a rule on the ladder, adopt what a venue says. */
export function actRoutes(app: FastifyInstance, context: RouteContext): void {
  const { ports } = context
  const { submit, previewKill } = ports
  if (previewKill !== undefined) {
    app.post<{ Body: z.output<typeof previewBody> }>(
      '/v1/kill/preview',
      {
        schema: {
          summary: 'What a kill would cancel and close now, at which size and cost, and what it could not do',
          body: previewBody,
          response: { 200: killPreviewSchema },
        },
      },
      (request) => {
        const { scope, mode } = request.body
        const view = currentView(context)
        assertScope(view, scope)
        const preview = previewKill(scope, mode)
        if (preview === undefined) throw new Problem('NOT_READY', 'no turn of the loop has been recorded yet')
        return killPreviewWire(preview, view.time)
      },
    )
  }
  if (submit === undefined) return

  /** One word: who may say it, whether it can be said, what came of it. */
  const act = (
    request: FastifyRequest,
    reply: FastifyReply,
    needs: KeyScope,
    wordOf: (view: EngineView, actor: string) => { readonly word: Word; readonly judge: Judge },
  ): Promise<ActedWire> => {
    const caller = callerOf(request)
    requireScope(caller, needs)
    const key = idempotencyKey(request)
    return once(context, request, reply, key, () => carryOut(context, submit, caller.id, wordOf))
  }
  const answers = { headers: idempotencyHeader, response: { 200: actedSchema } }

  app.post<{ Body: z.output<typeof killBody> }>(
    '/v1/kill',
    {
      schema: {
        summary:
          'Throws the kill switch: holds back what opens risk, cancels, and reduces or flattens; a drill only tells',
        body: killBody,
        ...answers,
      },
    },
    (request, reply) =>
      act(request, reply, 'act', (view) => {
        const { scope, ...note } = request.body
        assertScope(view, scope)
        return { word: { command: 'kill', target: scope, note: killNote(note) }, judge: judgeKill(scope, note.drill) }
      }),
  )

  app.post<{ Body: z.output<typeof resumeBody> }>(
    '/v1/resume',
    { schema: { summary: 'Ends a kill or halt; needs scope admin', body: resumeBody, ...answers } },
    (request, reply) =>
      act(request, reply, 'admin', (view) => {
        const { scope } = request.body
        const latched = [...new Set([...Object.keys(view.rules.kills), ...Object.keys(view.rules.halts)])].sort()
        if (!latched.includes(scope)) {
          const what = latched.length === 0 ? 'nothing is latched' : `latched: ${latched.join(', ')}`
          throw refusal('NOT_FOUND', `nothing is latched for "${scope}"; ${what}`)
        }
        return { word: { command: 'resume', target: scope, note: request.body.reason }, judge: judgeResume }
      }),
  )

  for (const verb of ['approve', 'reject'] as const) {
    app.post<{ Params: { id: string }; Body: z.output<typeof noteBody> }>(
      `/v1/approvals/:id/${verb}`,
      {
        schema: {
          summary: verb === 'approve' ? 'Confirms a pending decision' : 'Refuses a pending decision',
          params: idParams,
          body: noteBody,
          ...answers,
        },
      },
      (request, reply) =>
        act(request, reply, 'act', (view, actor) =>
          answerApproval(view, actor, verb, request.params.id, request.body.note),
        ),
    )
  }

  app.post<{ Params: { id: string }; Body: z.output<typeof stageBody> }>(
    '/v1/rules/:id/stage',
    {
      schema: {
        summary: 'Moves a rule on the ladder: down with scope act, up with scope admin and by its record',
        params: idParams,
        body: stageBody,
        ...answers,
      },
    },
    (request, reply) => {
      const rule = ports.rules().find(({ id }) => id === request.params.id)
      if (rule?.ladder === undefined) {
        throw refusal('NOT_FOUND', `there is no rule "${request.params.id}" that acts`)
      }
      const { stage } = request.body
      const up = STAGES.indexOf(stage) > STAGES.indexOf(rule.ladder.stage)
      return act(request, reply, up ? 'admin' : 'act', () => {
        if (rule.ladder?.stage === stage) throw refusal('ACTION_REFUSED', `${rule.id} is at stage ${stage} already`)
        return { word: { command: 'stage', target: rule.id, note: stage }, judge: judgeStage(rule.id, stage) }
      })
    },
  )

  app.post<{ Params: { id: string }; Body: z.output<typeof noteBody> }>(
    '/v1/accounts/:id/adopt',
    {
      schema: {
        summary:
          'Takes over what the venue says an account holds, where it differs from what fills told; needs scope admin',
        params: idParams,
        body: noteBody,
        ...answers,
      },
    },
    (request, reply) =>
      act(request, reply, 'admin', (view) => {
        const { id } = request.params
        const line = view.orders.accounts.find(({ account }) => account === id)
        if (line === undefined) throw refusal('NOT_FOUND', `no line to an account "${id}" was ever opened`)
        if (line.differences.length === 0) {
          throw refusal(
            'ACTION_REFUSED',
            `nothing of ${id} waits for a person: ${line.waits.join('; ') || 'it is reconciled'}`,
          )
        }
        const { note } = request.body
        return {
          word: { command: 'adopt', target: id, ...(note === undefined ? {} : { note }) },
          judge: () => ({ outcome: 'done', text: `${id} is as the venue says: ${line.differences.join('; ')}` }),
        }
      }),
  )
}

/** Hands the word in and reads from its turn what came of it. */
export async function carryOut(
  context: RouteContext,
  submit: NonNullable<RouteContext['ports']['submit']>,
  actor: string,
  wordOf: (view: EngineView, actor: string) => { readonly word: Word; readonly judge: Judge },
): Promise<ActedWire> {
  const { ports, model } = context
  const { word, judge } = wordOf(currentView(context), actor)
  const sequence = await say(ports, submit, actor, word)
  const recorded = model.decisions().filter((one) => one.sequence === sequence)
  const verdict = judge(
    currentView(context),
    recorded.map(({ decision }) => decision),
  )
  return { ...verdict, sequence, decisions: recorded.map(decisionWire) }
}

/** A word about something that waits for people. */
export function answerApproval(
  view: EngineView,
  actor: string,
  command: 'approve' | 'reject',
  id: string,
  note: string | undefined,
): { readonly word: Word; readonly judge: Judge } {
  const approval = view.rules.approvals[id]
  if (approval === undefined) {
    throw refusal('NOT_FOUND', `nothing with id "${id}" waits for a person: it was answered, has lapsed or never was`)
  }
  if (command === 'approve' && approval.confirmed.includes(actor)) {
    const missing = approval.people - approval.confirmed.length
    throw refusal(
      'ACTION_REFUSED',
      `"${actor}" confirmed it already; ${missing} other must confirm with a key of their own`,
    )
  }
  return {
    word: { command, target: id, ...(note === undefined ? {} : { note }) },
    judge(after, decisions) {
      const still = after.rules.approvals[id]
      if (still !== undefined) {
        const missing = still.people - still.confirmed.length
        return {
          outcome: 'pending',
          text: `confirmed by ${still.confirmed.join(' and ')}; ${missing} more must confirm`,
        }
      }
      const decision = decisions.find(
        (one) => one.rule === approval.rule && one.action.kind === approval.action.kind && one.outcome !== 'pending',
      )
      const reasons = decision?.reasons.join('; ') ?? ''
      if (command === 'approve' && (decision?.outcome === 'denied' || decision?.outcome === 'expired')) {
        throw new Problem('ACTION_REFUSED', `confirmed, but not carried out: ${reasons}`, { outcome: 'rejected' })
      }
      return {
        outcome: 'done',
        text: command === 'reject' ? `refused: ${reasons}` : `${decision?.outcome ?? 'done'}: ${reasons}`,
      }
    },
  }
}

function judgeKill(scope: string, drill: boolean): Judge {
  return ({ rules }, decisions) => {
    const report = decisions.find(
      ({ action }) => action.kind === 'kill-report' && action.scope === scope && action.drill === drill,
    )?.action
    if (report?.kind !== 'kill-report') {
      const kill = rules.kills[scope]
      return {
        outcome: 'pending',
        text: `${scope} is killed since ${new Date(kill?.since ?? 0).toISOString()}: ${kill?.mode ?? ''}`,
      }
    }
    const open = report.open.map(({ what, why }) => `${what} (${why})`)
    if (drill) {
      const could = open.length === 0 ? 'nothing stands in the way' : `could not: ${open.join('; ')}`
      return { outcome: 'done', text: `drill: ${report.confirmed.length} steps would be taken; ${could}` }
    }
    return report.state === 'confirmed'
      ? { outcome: 'done', text: `confirmed: ${report.confirmed.join('; ')}` }
      : { outcome: 'pending', text: `${report.state}: ${open.join('; ')}` }
  }
}

const judgeResume: Judge = (_view, decisions) => {
  const report = decisions.find(({ action }) => action.kind === 'kill-report' && action.state === 'resumed')
  const open =
    report?.action.kind === 'kill-report' ? report.action.open.map(({ what, why }) => `${what} (${why})`) : []
  const effect = open.length === 0 ? 'rules may open risk again' : `still held back: ${open.join('; ')}`
  return { outcome: 'done', text: [...(report?.reasons ?? []), effect].join('; ') }
}

function judgeStage(rule: string, stage: Stage): Judge {
  return (_view, decisions) => {
    const decision = decisions.find(({ action }) => action.kind === 'stage' && action.rule === rule)
    const reasons = decision?.reasons ?? []
    if (decision?.outcome === 'denied') {
      const refusals = reasons.filter((one) => one.startsWith('not yet') || one.startsWith('one step'))
      throw new Problem('ACTION_REFUSED', `${rule} stays where it is: ${refusals.join('; ')}`, { outcome: 'rejected' })
    }
    return { outcome: 'done', text: [`${rule} is at stage ${stage}`, ...reasons].join('; ') }
  }
}

function assertScope(view: EngineView, scope: string): void {
  const scopes = scopesOf(view)
  if (scopes.includes(scope)) return
  const near = suggest(scope, scopes)
  const help = near === undefined ? `known: ${scopes.join(', ')}` : `did you mean "${near}"?`
  throw refusal('INVALID_INPUT', `/scope: there is no scope "${scope}"; ${help}`)
}

/** Nothing was handed in. */
function refusal(code: 'NOT_FOUND' | 'ACTION_REFUSED' | 'INVALID_INPUT', detail: string): Problem {
  return new Problem(code, detail, { outcome: code === 'ACTION_REFUSED' ? 'rejected' : 'not_sent' })
}
