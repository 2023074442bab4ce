/** Error codes of Deribit's API that the simulated exchange gives, by message. */
export const RPC_ERRORS = {
  parse_error: -32700,
  method_not_found: -32601,
  invalid_params: -32602,
  authorization_required: 10000,
  qty_too_low: 10002,
  order_overlap: 10003,
  order_not_found: 10004,
  price_too_low: 10005,
  price_too_high: 10007,
  not_enough_funds: 10009,
  already_closed: 10010,
  book_closed: 10012,
  invalid_or_unsupported_instrument: 10020,
  invalid_amount: 10021,
  invalid_price: 10023,
  too_many_requests: 10028,
  not_owner_of_order: 10029,
  must_be_websocket_request: 10030,
  invalid_max_show_amount: 10036,
  retry: 10040,
  settlement_in_progress: 10041,
  price_wrong_tick: 10043,
  already_filled: 11008,
  invalid_arguments: 11029,
  other_reject: 11030,
  not_open_order: 11044,
  bad_request: 11050,
  system_maintenance: 11051,
  subscribe_error_unsubscribed: 11052,
  post_only_reject: 11054,
  invalid_credentials: 13004,
  unauthorized: 13009,
  not_found: 13020,
  forbidden: 13021,
} as const

export type RpcErrorName = keyof typeof RPC_ERRORS

/** A refusal as it goes over the wire: `{code, message, data: {reason, param}}`. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(name: RpcErrorName, data?: Readonly<Record<string, unknown>>, detail = '') {
    super(detail === '' ? name : `${name} ${detail}`)
    this.code = RPC_ERRORS[name]
    this.data = data
  }
}
