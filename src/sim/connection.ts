import type { WebSocket } from 'ws';
import type { SimUser, StoredToken } from './auth.ts';
import type { CommandTable } from './commands.ts';
import { invalidFormat, WireError } from './wire-error.ts';
import type { World } from './world.ts';

type Message = Readonly<Record<string, unknown>>;

const authDeadlineMs = 10_000;
const pendingMax = 4096;

/** One WebSocket client of the simulated home, from `auth_required` to the end. */
export class Connection {
  readonly world: World;
  readonly #ws: WebSocket;
  readonly #commands: CommandTable;
  readonly #address: string;
  readonly #stops = new Map<number, () => void>();
  readonly #timers: (() => void)[] = [];
  #outbox: string[] = [];
  #flushing = false;
  #coalesce = false;
  #newestId = 0;
  #session: { user: SimUser; token: StoredToken } | null = null;
  #stalled: 'no' | 'for a while' | 'for good' = 'no';

  constructor(o: { ws: WebSocket; world: World; commands: CommandTable; address: string }) {
    this.#ws = o.ws;
    this.world = o.world;
    this.#commands = o.commands;
    this.#address = o.address;
    o.ws.on('message', (frame, binary) => this.#receive(binary ? null : frame.toString()));
    o.ws.on('close', () => this.#end());
    // A reset peer is an ordinary end; `close` follows.
    o.ws.on('error', () => {});
    this.send({ type: 'auth_required', ha_version: o.world.options.version });
    this.#timers.push(o.world.clock.after(authDeadlineMs, () => this.#session ?? this.close()));
  }

  get token(): StoredToken | null {
    return this.#session?.token ?? null;
  }
  get user(): SimUser {
    return this.#session!.user;
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    if (this.#stalled === 'for good') return;
    this.#outbox.push(text);
    if (this.#stalled !== 'no') return;
    if (this.#outbox.length > pendingMax) this.close();
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#flushing = false;
    if (this.#stalled !== 'no' || this.#outbox.length === 0) return;
    const waiting = this.#outbox;
    this.#outbox = [];
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#coalesce && waiting.length > 1) this.#ws.send(`[${waiting.join(',')}]`);
    else for (const text of waiting) this.#ws.send(text);
  }

  /** Server-side closes carry 1000 and no reason, whatever the cause. */
  close(): void {
    this.flush();
    // A peer on a stalled line never answers the goodbye; waiting for it would hold up a restart.
    if (this.#stalled === 'no') this.#ws.close(1000);
    else this.#ws.terminate();
  }
  reset(): void {
    this.#ws.terminate();
  }
  /** Keeps the connection and answers nothing any more, not even a ping. */
  freeze(): void {
    this.#stalled = 'for good';
    this.#ws.pause();
  }
  /** Holds everything back for a while, then delivers it in order: a stalled line. */
  stall(ms: number): void {
    if (this.#stalled !== 'no') return;
    this.#stalled = 'for a while';
    this.#ws.pause();
    this.world.later(ms, () => {
      if (this.#stalled !== 'for a while') return;
      this.#stalled = 'no';
      this.#ws.resume();
      this.flush();
    });
  }

  coalesce(on: boolean): void {
    this.#coalesce = on;
  }
  subscribe(id: number, stop: () => void): void {
    this.#stops.set(id, stop);
  }
  unsubscribe(id: number): boolean {
    this.#stops.get(id)?.();
    return this.#stops.delete(id);
  }
  event(id: number, event: object): void {
    this.eventText(id, JSON.stringify(event));
  }
  /** State events put `id` last, as Home Assistant's cached serialization does. */
  eventText(id: number, event: string): void {
    this.sendText(`{"type":"event","event":${event},"id":${id}}`);
  }

  #end(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    for (const cancel of this.#timers) cancel();
  }

  #receive(text: string | null): void {
    const parsed = text === null ? undefined : parse(text);
    if (parsed === undefined) {
      this.close();
      return;
    }
    const messages = Array.isArray(parsed) ? parsed : [parsed];
    for (const message of messages) {
      if (this.#session) void this.#answer(message as Message);
      else this.#authenticate(message as Message);
    }
  }

  #authenticate(message: Message): void {
    const { world } = this;
    const keys = Object.keys(message ?? {}).filter((k) => k !== 'type' && k !== 'access_token');
    if (message?.type !== 'auth' || typeof message.access_token !== 'string' || keys.length > 0) {
      const words = "Auth message incorrectly formatted: required key not provided at 'type'";
      this.send({ type: 'auth_invalid', message: words });
      this.close();
      return;
    }
    const verdict = world.auth.verify(message.access_token, world.options.seenFrom);
    if (!verdict.ok) {
      world.bans.fail(this.#address);
      this.send({ type: 'auth_invalid', message: verdict.message });
      this.close();
      return;
    }
    world.bans.succeed(this.#address);
    this.#session = verdict;
    this.send({ type: 'auth_ok', ha_version: world.options.version });
  }

  async #answer(message: Message): Promise<void> {
    const id = message?.id;
    const type = message?.type;
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 1 || typeof type !== 'string') {
      const refused = new WireError('invalid_format', 'Message incorrectly formatted.');
      return this.#refuse(typeof id === 'number' ? id : null, refused);
    }
    if (id <= this.#newestId)
      return this.#refuse(id, new WireError('id_reuse', 'Identifier values have to increase.'));
    const command = this.#commands.get(type);
    // An id that failed so is not used up.
    if (!command) return this.#refuse(id, new WireError('unknown_command', 'Unknown command.'));
    this.#newestId = id;
    try {
      checkFields(message, command);
      if (command.admin && !this.user.admin) throw new WireError('unauthorized', 'Unauthorized');
      const result = await command.run({
        world: this.world,
        connection: this,
        id,
        message,
        user: this.user,
      });
      if (result !== undefined) this.send({ id, type: 'result', success: true, result });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(id, error);
    }
  }

  #refuse(id: number | null, { code, message, extra }: WireError): void {
    this.send({ id, type: 'result', success: false, error: { code, message, ...extra } });
  }
}

function checkFields(
  message: Message,
  o: { required?: readonly string[]; optional?: readonly string[] },
): void {
  const allowed = new Set(['id', 'type', ...(o.required ?? []), ...(o.optional ?? [])]);
  for (const name of Object.keys(message)) {
    if (!allowed.has(name))
      throw invalidFormat(`not a valid option at '${name}'. Got ${JSON.stringify(message[name])}`);
  }
  for (const name of o.required ?? []) {
    if (message[name] === undefined)
      throw invalidFormat(`required key not provided at '${name}'. Got None`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
