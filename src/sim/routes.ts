import { describeActions, runAction } from './actions.ts';
import { type HttpAnswer, type HttpCall, refusal } from './answers.ts';
import { homeConfig } from './home-config.ts';
import { upload } from './images.ts';
import { type Registration, registerPhone } from './phones.ts';
import { periodRows, queryHistory } from './recorder.ts';
import { fullState, stamp } from './states.ts';
import { WireError } from './wire-error.ts';

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** Asks for no token. */
  readonly open?: boolean;
  readonly admin?: boolean;
  answer(call: HttpCall): HttpAnswer | Promise<HttpAnswer>;
}

const ok = (json: unknown): HttpAnswer => ({ status: 200, json });
const notFound: HttpAnswer = { status: 404, json: { message: 'Entity not found.' } };
const last = (path: string): string => decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));

function jsonOf(body: Buffer): Record<string, unknown> | null {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function postState({ world, path, body, user }: HttpCall): HttpAnswer {
  const id = last(path);
  const input = jsonOf(body);
  if (!input || typeof input.state !== 'string')
    return {
      status: 400,
      json: { message: input ? 'No state specified.' : 'Invalid JSON specified.' },
    };
  const isNew = !world.states.get(id);
  world.set(id, input.state, {
    attributes: (input.attributes ?? {}) as object,
    context: world.states.context(user!.id),
  });
  return { status: isNew ? 201 : 200, json: fullState(world.states.get(id)!) };
}

function historyPeriod({ world, path, query }: HttpCall): HttpAnswer {
  const entities = query.get('filter_entity_id');
  if (!entities) return { status: 400, json: { message: 'filter_entity_id is missing' } };
  const now = world.clock.now();
  const given = /^\/api\/history\/period\/(.+)$/.exec(path)?.[1];
  const from = given ? Date.parse(decodeURIComponent(given)) : now - 86_400_000;
  if (Number.isNaN(from)) return { status: 400, json: { message: 'Invalid datetime' } };
  const until = query.get('end_time');
  const found = queryHistory(world.recorder, {
    entityIds: entities.split(','),
    from,
    to: until ? Date.parse(until) : from + 86_400_000,
    withStart: !query.has('skip_initial_state'),
    significantOnly: query.get('significant_changes_only') !== '0',
    noAttributes: query.has('no_attributes'),
  });
  return ok([...found].map(([id, rows]) => periodRows(id, rows, query.has('minimal_response'))));
}

async function callAction({ world, path, body, user }: HttpCall): Promise<HttpAnswer> {
  const [, , , domain, action] = path.split('/');
  const { entity_id, ...data } = jsonOf(body) ?? {};
  const entityIds = typeof entity_id === 'string' ? [entity_id] : ((entity_id ?? []) as string[]);
  const context = world.states.context(user!.id);
  try {
    await runAction(world, {
      domain: domain!,
      action: action!,
      entityIds,
      data,
      user: user!,
      context,
      wantsAnswer: false,
    });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return error.code === 'home_assistant_error'
      ? { status: 500, json: { message: error.message } }
      : refusal(400, 'Bad Request');
  }
  const changed = [...world.states.all()].filter((s) => s.context.id === context.id);
  return ok(changed.map(fullState));
}

function image({ world, path }: HttpCall): HttpAnswer {
  const found = world.images.get(path.split('/')[4]!);
  return found ? { status: 200, bytes: found.bytes, type: found.type } : refusal(404, 'Not Found');
}

function webhook({ world, path, body }: HttpCall): HttpAnswer {
  world.webhooks.get(last(path))?.(jsonOf(body) ?? {});
  return { status: 200, text: '' };
}

const providers = {
  providers: [{ name: 'Home Assistant Local', id: null, type: 'homeassistant' }],
  preselect_remember_me: true,
};
const steps = ['user', 'core_config', 'analytics', 'integration'];

function oauth({ request }: HttpCall): HttpAnswer {
  const base = `http://${request.headers.host ?? 'localhost'}`;
  return ok({
    authorization_endpoint: `${base}/auth/authorize`,
    token_endpoint: `${base}/auth/token`,
    revocation_endpoint: `${base}/auth/revoke`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    client_id_metadata_document_supported: true,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  });
}

const upgradeMissing = 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".';
const manifest = {
  name: 'Home Assistant',
  short_name: 'Home Assistant',
  display: 'standalone',
  start_url: '/?homescreen=1',
};

const openRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/manifest\.json$/,
    open: true,
    answer: () => ({
      status: 200,
      json: manifest,
      type: 'application/manifest+json; charset=utf-8',
    }),
  },
  {
    method: 'GET',
    path: /^\/\.well-known\/oauth-authorization-server$/,
    open: true,
    answer: oauth,
  },
  {
    method: 'GET',
    path: /^\/$/,
    open: true,
    answer: () => ({
      status: 200,
      text: '<!DOCTYPE html><html><head><title>Home Assistant</title></head></html>',
      type: 'text/html; charset=utf-8',
    }),
  },
  {
    method: 'GET',
    path: /^\/api\/websocket$/,
    open: true,
    answer: () => ({ status: 400, text: upgradeMissing }),
  },
  {
    method: 'GET',
    path: /^\/auth\/providers$/,
    open: true,
    answer: ({ world }) =>
      world.options.onboarded
        ? ok(providers)
        : {
            status: 400,
            json: { message: 'Onboarding not finished', code: 'onboarding_required' },
          },
  },
  {
    method: 'GET',
    path: /^\/api\/onboarding$/,
    open: true,
    answer: ({ world }) => ok(steps.map((step) => ({ step, done: world.options.onboarded }))),
  },
  {
    method: 'GET',
    path: /^\/api\/image\/serve\/[0-9a-f]{32}\/original$/,
    open: true,
    answer: image,
  },
  { method: 'POST', path: /^\/api\/webhook\/[^/]+$/, open: true, answer: webhook },
];

const recorderState = { migration_in_progress: false, migration_is_live: false };

export const routes: readonly Route[] = [
  ...openRoutes,
  { method: 'GET', path: /^\/api\/$/, answer: () => ok({ message: 'API running.' }) },
  { method: 'GET', path: /^\/api\/config$/, answer: ({ world }) => ok(homeConfig(world)) },
  {
    method: 'GET',
    path: /^\/api\/core\/state$/,
    answer: ({ world }) => ok({ state: world.phase, recorder_state: recorderState }),
  },
  {
    method: 'GET',
    path: /^\/api\/states$/,
    answer: ({ world }) => ok([...world.states.all()].map(fullState)),
  },
  {
    method: 'GET',
    path: /^\/api\/states\/[^/]+$/,
    answer({ world, path }) {
      const state = world.states.get(last(path));
      return state ? ok(fullState(state)) : notFound;
    },
  },
  { method: 'POST', path: /^\/api\/states\/[^/]+$/, admin: true, answer: postState },
  {
    method: 'DELETE',
    path: /^\/api\/states\/[^/]+$/,
    admin: true,
    answer: ({ world, path }) =>
      world.states.remove(last(path)) ? ok({ message: 'Entity removed.' }) : notFound,
  },
  {
    method: 'GET',
    path: /^\/api\/services$/,
    answer: ({ world }) =>
      ok(
        Object.entries(describeActions(world)).map(([domain, services]) => ({ domain, services })),
      ),
  },
  { method: 'POST', path: /^\/api\/services\/[^/]+\/[^/]+$/, answer: callAction },
  { method: 'GET', path: /^\/api\/history\/period(\/.+)?$/, answer: historyPeriod },
  { method: 'POST', path: /^\/api\/image\/upload$/, answer: uploadImage },
  {
    method: 'POST',
    path: /^\/api\/mobile_app\/registrations$/,
    answer({ world, body }) {
      const registered = registerPhone(world, jsonOf(body) as unknown as Registration);
      return {
        status: 201,
        json: { cloudhook_url: null, remote_ui_url: null, secret: null, ...registered },
      };
    },
  },
];

async function uploadImage({ world, request, body }: HttpCall): Promise<HttpAnswer> {
  const file = await upload(request.headers['content-type'] ?? '', body);
  if (!file) return refusal(400, 'Bad Request');
  const id = world.id();
  world.images.set(id, file);
  if (world.images.size > 500) world.images.delete(world.images.keys().next().value!);
  const { name, type, bytes } = file;
  return ok({
    id,
    filesize: bytes.length,
    content_type: type,
    name,
    uploaded_at: stamp(world.clock.now()),
  });
}
