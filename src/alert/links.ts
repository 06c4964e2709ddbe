/** Links that open one alert and say one thing about it: signed, with an end, worth nothing elsewhere. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import { rangeOf } from '../lib/addresses.ts';
import type { Key } from '../store/seal.ts';

/**
 * `open` only shows; the others are done by the page's button. `test` and `stop`, no more messages there, belong to a
 * channel, `choose` to a question.
 */
export const linkActions = ['open', 'seen', 'quiet', 'test', 'stop', 'choose', 'act'] as const;
export type LinkAction = (typeof linkActions)[number];

export interface LinkSubject {
  /** Id of the alert; of the channel for a test. */
  readonly id: string;
  readonly action: LinkAction;
  /** Channel whose message carried the link: whose press it was. */
  readonly channel: string | null;
  /** What `choose` answers. */
  readonly option?: string;
}

interface Signing extends LinkSubject {
  /** When it ends, epoch ms; in seven days when left out. */
  readonly until?: number;
}

export interface Links {
  /** Null when no public address is set: a link nobody can open is worse than none. */
  url(subject: Signing, now: number): string | null;
  /** The signed word alone. */
  token(subject: Signing, now: number): string;
  /** Throws api.link_expired for what is too old, changed, or made with another key. */
  read(token: string, now: number): LinkSubject;
}

/** Stands before the signed word in the `action` of a button on a phone. */
export const pressPrefix = 'TOMTE ';

const validMs = 7 * 86_400_000;
const separator = '\n';

export function openLinks(key: Key, publicUrl: () => string | null): Links {
  const secret = Buffer.from(hkdfSync('sha256', key, '', 'signed links of alerts', 32));
  const sign = (body: string) => createHmac('sha256', secret).update(body).digest();
  function token(subject: Signing, now: number): string {
    const end = Math.floor((subject.until ?? now + validMs) / 1000).toString(36);
    const option = subject.option === undefined ? [] : [subject.option];
    const parts = [subject.action, end, subject.id, subject.channel ?? '', ...option];
    const body = Buffer.from(parts.join(separator)).toString('base64url');
    return `${body}.${sign(body).toString('base64url')}`;
  }
  return {
    token,
    url(subject, now) {
      const base = reachable(publicUrl());
      return base === null ? null : `${base}/s/${token(subject, now)}`;
    },
    read(token, now) {
      const [body, mac] = token.length < 1000 ? token.split('.') : [];
      const given = Buffer.from(mac ?? '', 'base64url');
      const wanted = sign(body ?? '');
      if (!body || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
        throw new TomteError('api.link_expired', 'This link is not one of Tomte’s, or was cut');
      }
      const [action, end, id, channel, option] = Buffer.from(body, 'base64url')
        .toString()
        .split(separator);
      if (Number.parseInt(end ?? '', 36) * 1000 < now) {
        const why =
          option === undefined ? 'This link was good for seven days' : 'It is too late to answer';
        throw new TomteError('api.link_expired', why);
      }
      return {
        ...{ action: action as LinkAction, id: id ?? '', channel: channel || null },
        ...(option === undefined ? {} : { option }),
      };
    },
  };
}

/** The base without a closing slash, or null for an address that only works on this computer. */
export function reachable(url: string | null): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return null;
  const range = rangeOf(host);
  if (range === 'loopback' || range === 'unspecified') return null;
  return url.replace(/\/+$/, '');
}
