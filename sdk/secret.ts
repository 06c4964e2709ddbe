/** Secrets among settings: sealed where they are kept, shown as `«secret»`, and sent to their own hosts only. */
import { z } from 'zod';

export interface SecretOptions {
  /** What it is, for the form. */
  readonly description: string;
  /** Where it may be sent: `api.example.org` by https, or an origin such as `http://nas.lan:8080`. */
  readonly hosts?: readonly string[];
  /** The setting that names its host, as an address or a host name. Typed anew when that host changes. */
  readonly hostOf?: string;
  /** Characters at least; 4 when left out. */
  readonly lengthMin?: number;
}

/**
 * A setting that is a secret. A channel is handed it in clear. A workflow and a connector are handed a
 * word that stands for it, to be put into headers, address or body of their `fetch`: it is filled in
 * on the way out, for its own hosts, and masked in what they answer.
 *
 * @example
 * settings: z.strictObject({
 *   key: secret({ description: 'Key of the price service', hosts: ['api.example.org'] }),
 * })
 */
export const secret = ({ description, hosts, hostOf, lengthMin = 4 }: SecretOptions) =>
  z
    .string()
    .min(lengthMin)
    .max(2000)
    .meta({ secret: true, description, ...(hosts && { hosts }), ...(hostOf && { hostOf }) });

export interface SecretField {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly hostOf: string | null;
}

/** The secrets among these settings. */
export function secretsOf(schema: z.ZodObject): SecretField[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(json.properties ?? {}).flatMap(([name, property]) => {
    const field = property as { secret?: true; hosts?: readonly string[]; hostOf?: string };
    if (field.secret !== true) return [];
    return [{ name, hosts: field.hosts ?? [], hostOf: field.hostOf ?? null }];
  });
}
