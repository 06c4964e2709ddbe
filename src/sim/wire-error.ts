/** A refusal as it goes over the wire: Home Assistant's own code and words. */
export class WireError extends Error {
  readonly code: string;
  readonly extra: object;

  constructor(code: string, message: string, extra: object = {}) {
    super(message);
    this.code = code;
    this.extra = extra;
  }
}

export const unauthorized = (): WireError => new WireError('unauthorized', 'Unauthorized');
export const invalidFormat = (message: string): WireError =>
  new WireError('invalid_format', message);
