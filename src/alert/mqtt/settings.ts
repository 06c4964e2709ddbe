import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';

/** What every channel over MQTT asks for. */
export const brokerFields = {
  host: z.string().min(1).max(253).describe('Host of the broker, such as 192.168.1.20'),
  port: z.int().min(1).max(65535).default(1883).describe('1883, or 8883 with TLS'),
  encryption: z
    .enum(['none', 'tls'])
    .default('none')
    .describe('How the way to the broker is protected'),
  user: secret({ description: 'User at the broker', hostOf: 'host', lengthMin: 1 }).optional(),
  password: secret({
    description: 'Password at the broker',
    hostOf: 'host',
    lengthMin: 1,
  }).optional(),
};

/** A topic to publish to: no wildcards. */
export const topicField = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^#+]+$/);
