import type { ASTNode } from '@marcbachmann/cel-js'
import { type MeasureUnit, measureByName } from '../measure.js'

/** `free`: a number that takes the unit of what it meets. */
export type Dimension = MeasureUnit | 'free'

export type DimensionComplaint = { readonly node: ASTNode; readonly message: string; readonly allowed?: string }

/** Functions that give a number a unit; their value is in the unit of the measures of that dimension. */
export const UNIT_FUNCTIONS: Readonly<Record<string, { readonly unit: MeasureUnit; readonly factor: number }>> = {
  percent: { unit: 'ratio', factor: 0.01 },
  bps: { unit: 'ratio', factor: 0.0001 },
  usd: { unit: 'USD', factor: 1 },
  seconds: { unit: 's', factor: 1 },
  minutes: { unit: 's', factor: 60 },
  hours: { unit: 's', factor: 3600 },
  days: { unit: 's', factor: 86_400 },
}

const SAME_KEPT = new Set(['abs', 'min', 'max'])

/**
 * What a number in a condition is counted in. Sums and comparisons need equal units; a number without a unit takes that of
 * the other side. Products and quotients of unlike units are `free`: they are nobody's mistake that could be named.
 */
export function dimensionOf(node: ASTNode, complaints: DimensionComplaint[]): Dimension {
  switch (node.op) {
    case 'value':
      return typeof node.args === 'string' ? 'text' : 'free'
    case 'id':
      return measureByName(node.args)?.unit ?? 'free'
    case 'call':
      return dimensionOfCall(node.args[0], node.args[1], node, complaints)
    case '-_':
      return dimensionOf(node.args, complaints)
    case '*': {
      const [left, right] = both(node.args, complaints)
      if (isPlain(left)) return right
      return isPlain(right) ? left : 'free'
    }
    case '/': {
      const [left, right] = both(node.args, complaints)
      if (left === right && left !== 'free') return 'ratio'
      return isPlain(right) ? left : 'free'
    }
    case '?:':
      dimensionOf(node.args[0], complaints)
      return common(node.args.slice(1), node, complaints)
    case '&&':
    case '||':
      both(node.args, complaints)
      return 'free'
    case '!_':
      return dimensionOf(node.args, complaints)
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      common(node.args, node, complaints)
      return 'free'
    case '+':
    case '-':
      return common(node.args, node, complaints)
    default:
      return 'free'
  }
}

function dimensionOfCall(
  name: string,
  args: readonly ASTNode[],
  node: ASTNode,
  complaints: DimensionComplaint[],
): Dimension {
  if (SAME_KEPT.has(name)) return common(args, node, complaints)
  const unit = Object.hasOwn(UNIT_FUNCTIONS, name) ? UNIT_FUNCTIONS[name]?.unit : 'base'
  for (const arg of args) {
    if (dimensionOf(arg, complaints) === 'free') continue
    complaints.push({ node: arg, message: `${name}() gives a number its unit; this one has a unit already` })
  }
  return unit ?? 'free'
}

function common(nodes: readonly ASTNode[], node: ASTNode, complaints: DimensionComplaint[]): Dimension {
  const dimensions = nodes.map((one) => dimensionOf(one, complaints))
  const [first, ...others] = dimensions.filter((one) => one !== 'free')
  if (first === undefined) return 'free'
  const other = others.find((one) => one !== first)
  if (other !== undefined) {
    complaints.push({
      node,
      message: `${unitText(first)} and ${unitText(other)} do not go together`,
      allowed: unitText(first),
    })
  }
  return first
}

function both(nodes: readonly [ASTNode, ASTNode], complaints: DimensionComplaint[]): [Dimension, Dimension] {
  return [dimensionOf(nodes[0], complaints), dimensionOf(nodes[1], complaints)]
}

function isPlain(dimension: Dimension): boolean {
  return dimension === 'free' || dimension === 'ratio'
}

function unitText(dimension: Dimension): string {
  if (dimension === 'base') return 'units of the underlying'
  return dimension === 's' ? 'seconds' : dimension === 'ratio' ? 'a ratio' : dimension
}
