import { randomUUID } from 'node:crypto';
import { defineChannel } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';
import { messageJson } from '../message-json.ts';
import { connectBroker } from '../mqtt/broker.ts';
import { eventTopic } from '../mqtt/home-device.ts';
import { hearHomes } from '../mqtt/home-ear.ts';
import { brokerFields } from '../mqtt/settings.ts';

const settings = z.strictObject({
  ...brokerFields,
  prefix: z
    .string()
    .regex(/^[\w-]{1,60}$/)
    .default('homeassistant')
    .describe('Discovery prefix of Home Assistant; leave it unless you changed it there'),
});

export default defineChannel({
  title: 'Entities in Home Assistant (MQTT)',
  text: 'Tomte as a device in Home Assistant: open alert, next step, heartbeat, and switches for pause and guests.',
  settings,
  ear: {
    key: ({ host, port, prefix, user = '' }) => `${host} ${port} ${prefix} ${user}`,
    listen: hearHomes,
  },

  /** News for automations: an event entity. What is open stands in the sensors by itself. */
  async send(message, { settings, addressesOf, signal, homeId }) {
    if (homeId === null) {
      throw new TomteError('channel.refused', 'This channel belongs to no home', {
        hint: 'Remove it, and add it while the home is chosen.',
      });
    }
    const broker = await connectBroker({
      ...{ settings, addressesOf, signal, clientId: `tomte-news-${randomUUID().slice(0, 13)}` },
    });
    try {
      const { kind, ...words } = messageJson(message, false);
      await broker.publish(eventTopic(homeId), JSON.stringify({ event_type: kind, ...words }));
    } finally {
      await broker.end();
    }
    return { receipt: eventTopic(homeId) };
  },
});
