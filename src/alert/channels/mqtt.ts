import { randomUUID } from 'node:crypto';
import { defineChannel } from '@tomte/sdk/define';
import { z } from 'zod';
import { messageJson } from '../message-json.ts';
import { connectBroker } from '../mqtt/broker.ts';
import { brokerFields, topicField } from '../mqtt/settings.ts';

const settings = z.strictObject({
  ...brokerFields,
  topic: topicField.default('tomte/alerts').describe('Topic the message is published to, as JSON'),
  retain: z.boolean().default(false).describe('Keep the newest message at the broker'),
  withPicture: z.boolean().default(false).describe('Send the chart along as base64 PNG'),
});

export default defineChannel({
  title: 'MQTT',
  text: 'A JSON message to a topic of your broker, for Node-RED or your own program.',
  settings,

  async send(message, { settings, addressesOf, signal }) {
    const { topic, retain, withPicture } = settings;
    const broker = await connectBroker({
      ...{ settings, addressesOf, signal, clientId: `tomte-${randomUUID().slice(0, 13)}` },
    });
    try {
      await broker.publish(topic, JSON.stringify(messageJson(message, withPicture)), { retain });
    } finally {
      await broker.end();
    }
    return { receipt: topic };
  },
});
