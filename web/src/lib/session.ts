/** Log in and out. Not operations of the wire: a session belongs to the browser. */
import type { ErrorBody } from '@tomte/sdk/errors';

/** Null when it is the password, else what Tomte answered. */
export async function logIn(password: string): Promise<ErrorBody['error'] | null> {
  const response = await fetch('api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });
  if (response.ok) return null;
  return ((await response.json()) as ErrorBody).error;
}

export async function logOut(): Promise<void> {
  await fetch('api/logout', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  location.reload();
}
