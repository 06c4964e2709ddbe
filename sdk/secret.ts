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

/**
 * An address whose path is a secret, as that of a webhook: whoever knows it may write there. Sealed whole
 * where it is kept, shown as `https://example.org/«secret»`.
 */
export const secretAddress = ({ description, lengthMax = 2000 }: SecretAddressOptions) =>
  z
    .url({ protocol: /^https?$/ })
    .max(lengthMax)
    .meta({ secretPath: true, description });

export interface SecretAddressOptions {
  /** What it is, for the form. */
  readonly description: string;
  readonly lengthMax?: number;
}

export interface SecretField {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly hostOf: string | null;
}

interface Property {
  readonly secret?: true;
  readonly secretPath?: true;
  readonly hosts?: readonly string[];
  readonly hostOf?: string;
}

const propertiesOf = (schema: z.ZodObject): [string, Property][] =>
  Object.entries(
    (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {}) as Record<
      string,
      Property
    >,
  );

/** The secrets among these settings. */
export const secretsOf = (schema: z.ZodObject): SecretField[] =>
  propertiesOf(schema).flatMap(([name, field]) =>
    field.secret === true ? [{ name, hosts: field.hosts ?? [], hostOf: field.hostOf ?? null }] : [],
  );

/** Names of the settings that are addresses with a secret path. */
export const secretAddressesOf = (schema: z.ZodObject): string[] =>
  propertiesOf(schema).flatMap(([name, field]) => (field.secretPath === true ? [name] : []));
