import { randomUUID } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import { isPlain } from './frames.ts';
import type { HttpAnswer } from './http.ts';
import type { Link } from './link.ts';

/**
 * Uploads a PNG to the home's image store (integration image_upload, any user) and answers the path
 * under which phones fetch it without a token. Throws `home.not_permitted`, `home.call_*`, `link.*`.
 */
export async function uploadPicture(
  link: Pick<Link, 'request'>,
  png: Uint8Array,
  name: string,
): Promise<string> {
  const boundary = `tomte-${randomUUID()}`;
  const file = name.replace(/[^\w.-]/g, '-').slice(0, 80);
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file}"\r\n` +
    'Content-Type: image/png\r\n\r\n';
  const answer = await link.request({
    method: 'POST',
    path: '/api/image/upload',
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), png, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
  if (answer.status !== 200) throw uploadError(answer);
  const id = idOf(answer.body);
  if (id === null) {
    throw new TomteError('home.frame_invalid', 'The home kept the picture under no usable name');
  }
  return `/api/image/serve/${id}/original`;
}

function idOf(body: Buffer): string | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (!isPlain(value) || typeof value.id !== 'string') return null;
    return /^[\w-]{1,64}$/.test(value.id) ? value.id : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function uploadError({ status }: HttpAnswer): TomteError {
  const said = `The home answered ${status} to the picture`;
  const details = { status };
  if (status === 401 || status === 403)
    return new TomteError('home.not_permitted', said, { details });
  if (status === 404) {
    const hint = 'Home Assistant’s image_upload integration is not loaded.';
    return new TomteError('home.call_invalid', said, { hint, details });
  }
  if (status >= 400 && status < 500) return new TomteError('home.call_invalid', said, { details });
  return new TomteError('home.call_failed', said, { details });
}
