import { describe, expect, test } from 'vitest';
import { failureOf, message, send } from '../testing/channel.ts';
import { mqttBroker } from '../testing/mqtt.ts';
import { receiver } from '../testing.ts';
import homeAssistant from './home-assistant-mqtt.ts';
import mqtt from './mqtt.ts';

const login = { user: 'tomte', password: 'broker-secret-word' };
const settings = (port: number, over: object = {}) => ({
  host: '127.0.0.1',
  port,
  ...login,
  ...over,
});

describe('MQTT', () => {
  test('gets the message as JSON on its topic', async () => {
    await using broker = await mqttBroker(login);
    await send(mqtt, settings(broker.port, { topic: 'home/alerts' }), message());
    expect(broker.heard).toHaveLength(1);
    const [{ topic, payload, retain }] = broker.heard as [(typeof broker.heard)[0]];
    expect({ topic, retain }).toEqual({ topic: 'home/alerts', retain: false });
    expect(JSON.parse(payload)).toMatchObject({
      ...{ kind: 'open', title: 'The freezer is warming: −11 °C', severity: 'now', picture: null },
    });
  });

  test('keeps the newest at the broker when asked to', async () => {
    await using broker = await mqttBroker(login);
    await send(mqtt, settings(broker.port, { retain: true }), message());
    expect([...broker.retained.keys()]).toEqual(['tomte/alerts']);
  });

  test('with a wrong login is refused for good, and the password is not repeated', async () => {
    await using broker = await mqttBroker({ ...login, password: 'another' });
    const error = await failureOf(send(mqtt, settings(broker.port), message()));
    expect(error.code).toBe('channel.login_refused');
    expect(JSON.stringify(error) + error.stack).not.toContain(login.password);
  });

  test('that is not there, is no broker, or says nothing, is tried again', async () => {
    const error = await failureOf(send(mqtt, settings(1), message()));
    expect(error).toMatchObject({
      code: 'channel.unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await using web = await receiver(() => ({ status: 200 }));
    const { code } = await failureOf(
      send(mqtt, settings(Number(new URL(web.url).port)), message()),
    );
    expect(code).toBe('channel.unreachable');
  });

  test('goes only where it may', async () => {
    const error = await failureOf(
      send(mqtt, settings(1883, { host: '169.254.169.254' }), message()),
    );
    expect(error.code).toBe('channel.address_invalid');
  });

  test('topics with wildcards are refused', () => {
    expect(mqtt.settings.safeParse(settings(1, { topic: 'a/#' })).success).toBe(false);
  });
});

describe('news in Home Assistant', () => {
  test('are an event with the words of the message', async () => {
    await using broker = await mqttBroker(login);
    await send(homeAssistant, settings(broker.port), message({ kind: 'over' }), { homeId: 'h1' });
    const [event] = broker.heard;
    expect(event).toMatchObject({ topic: 'tomte/h1/event', retain: false });
    expect(JSON.parse(event!.payload)).toMatchObject({
      event_type: 'over',
      title: message().title,
    });
  });

  test('of no home are refused with the way out', async () => {
    const error = await failureOf(send(homeAssistant, settings(1), message()));
    expect(error).toMatchObject({ code: 'channel.refused', hint: expect.stringContaining('home') });
  });
});
