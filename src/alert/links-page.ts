/** The page behind a signed link: one alert, at most two buttons, no script. It only shows; its form acts. */
import { createHash } from 'node:crypto';
import type { TomteError } from '@tomte/sdk/errors';
import type { AlertPage } from '@tomte/sdk/types';
import { moment } from '@tomte/sdk/words';
import type { Choices } from './life.ts';
import type { LinkAction } from './links.ts';
import { escapeHtml as e } from './mail.ts';

const style = `
:root{color-scheme:light dark;--bg:#F6F7F5;--surface:#FFFFFF;--line:#D5DAD6;--control:#7A857F;--text:#17211D;--muted:#4C5952;--faint:#616D66;--accent:#1F5E54;--on-accent:#FFFFFF;--focus:#0B6BCB;--ok:#226B45;--ok-bg:#E2F0E7;--bad:#B0302A;--bad-bg:#FBE7E4;--warn:#855300;--warn-bg:#FBEFD9;--info:#1F5B86;--info-bg:#E3EEF6}
@media (prefers-color-scheme:dark){:root{--bg:#101614;--surface:#18201D;--line:#2D3833;--control:#76857D;--text:#E8EEEA;--muted:#AEBBB4;--faint:#93A199;--accent:#7CC4B2;--on-accent:#08211B;--focus:#7DB8FF;--ok:#7FCB9B;--ok-bg:#15291E;--bad:#F2938A;--bad-bg:#331A18;--warn:#E6B45C;--warn-bg:#2D220F;--info:#8FC1E8;--info-bg:#14242F}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/24px system-ui,sans-serif}
main{max-width:600px;margin:0 auto;padding:24px 16px 48px}
.card{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:20px}
h1{margin:12px 0 8px;font-size:20px;line-height:28px;font-weight:600}
p{margin:0 0 12px}ul{margin:0 0 12px;padding-left:20px;color:var(--muted)}
img{display:block;width:100%;height:auto;background:#FFFFFF;border-radius:6px}
.chip{display:inline-block;padding:2px 10px;border-radius:6px;font-size:13px;line-height:20px}
.now{color:var(--bad);background:var(--bad-bg)}.today{color:var(--warn);background:var(--warn-bg)}.digest{color:var(--info);background:var(--info-bg)}
.said{padding:10px 14px;border-radius:6px;color:var(--ok);background:var(--ok-bg)}
form{display:inline-block;margin:8px 8px 0 0}
button{min-height:48px;padding:0 20px;border-radius:6px;font:600 16px/24px inherit;font-family:inherit;border:1px solid var(--control);background:transparent;color:var(--text)}
form:first-of-type button{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
form.danger button{background:transparent;border-color:var(--bad);color:var(--bad)}
button:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
footer{margin-top:16px;color:var(--faint);font-size:13px;line-height:18px}
`;

const hash = createHash('sha256').update(style).digest('base64');

/** Headers for the answer: nothing from elsewhere, no script, the address goes nowhere. */
export const linkPageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  'x-content-type-options': 'nosniff',
};

type ShownAlert = AlertPage & { readonly choices?: Choices | null };

export interface LinkPageOptions {
  readonly action: LinkAction;
  /** True after the button was pressed. */
  readonly done: boolean;
  /** Buttons, each with the token its press is sent to; by default the link's own. */
  readonly forms?: readonly {
    readonly label: string;
    readonly token: string;
    readonly danger?: boolean | undefined;
  }[];
  /** What came of the press; else how the alert stands is said. */
  readonly said?: string | undefined;
  readonly picture?: Uint8Array | null;
  /** Zone of the home and the time now, for `Seen by Maja 02:44`; without them no clock is told. */
  readonly zone?: string;
  readonly now?: number;
}

const chips = { now: 'Now', today: 'Today', digest: 'Digest' } as const;
const ownLabels: Partial<Record<LinkAction, string>> = {
  seen: 'I see it',
  quiet: 'Quiet until morning',
};

/** The whole page as HTML. Every text of the home is escaped. */
export function renderLinkPage(page: ShownAlert, o: LinkPageOptions): string {
  const lines = page.lines.map((line) => `<li>${e(line)}</li>`).join('');
  const said = o.said === undefined ? standing(page, o) : `${o.said}.`;
  return document(
    page.title,
    [
      `<span class="chip ${page.severity}">${chips[page.severity]}</span>`,
      `<h1>${e(page.title)}</h1><p>${e(page.text)}</p>`,
      lines ? `<ul>${lines}</ul>` : '',
      picture(page, o),
      said ? `<p class="said" role="status">${e(said)}</p>` : '',
      page.state === 'resolved' || o.done ? '' : forms(o),
    ].join(''),
    page.homeName,
  );
}

/** What the button of a test shows. */
export function renderTestPage(channel: string, done: boolean): string {
  const body = done
    ? '<h1>The button works</h1><p class="said" role="status">Links in alerts open from where you are. You may close this page.</p>'
    : '<h1>Test from Tomte</h1><p>Press the button to tell Tomte that links work from here.</p><form method="post" action=""><button>It works</button></form>';
  return document('Test from Tomte', body, channel);
}

/** What the way out of a mail shows. */
export function renderStopPage(channel: string, done: boolean): string {
  const body = done
    ? `<h1>No more messages here</h1><p class="said" role="status">${e(channel)} is off. Other channels go on.</p><p>It can be switched on again in Tomte, under Home.</p>`
    : `<h1>No more messages here?</h1><p>Tomte then tells nothing to ${e(channel)}, whatever happens at home.</p><form method="post" action="" class="danger"><button>Switch it off</button></form>`;
  return document('No more messages', body, channel);
}

/** What stands there for a link that was changed, cut, or is too old. */
export function renderRefusal({ code, message }: TomteError): string {
  const [heading, text] =
    code === 'api.link_expired'
      ? [`${message}.`, 'Open Tomte itself to see what is going on.']
      : code === 'alert.not_found'
        ? ['This alert is gone.', 'It was over long ago, or its home was unlinked.']
        : ['This did not work.', 'Open Tomte itself; its log says why.'];
  return document('This link does not work', `<h1>${e(heading)}</h1><p>${e(text)}</p>`);
}

function standing(page: ShownAlert, { zone, now, done, action }: LinkPageOptions): string {
  const clock = (iso: string | null): string =>
    iso && zone && now !== undefined ? ` ${moment(Date.parse(iso), now, zone)}` : '';
  if (page.state === 'resolved') {
    return page.choices ? 'There is nothing more to answer.' : 'This is over.';
  }
  if (page.choices && now !== undefined && page.choices.expiresAt <= now) {
    return 'It is too late to answer.';
  }
  if (page.state === 'acknowledged') {
    return `Seen${page.seenBy ? ` by ${page.seenBy}` : ''}${clock(page.seenAt)}.`;
  }
  if (page.state === 'snoozed') return `Quiet until${clock(page.quietUntil) || ' later'}.`;
  return done && action !== 'open' ? 'Done.' : '';
}

function forms(o: LinkPageOptions): string {
  const own = ownLabels[o.action];
  const given = o.forms ?? (own ? [{ label: own, token: '' }] : []);
  return given
    .map(
      ({ label, token, danger }) =>
        `<form method="post" action="${e(token)}"${danger ? ' class="danger"' : ''}><button>${e(label)}</button></form>`,
    )
    .join('');
}

function picture(page: AlertPage, o: LinkPageOptions): string {
  if (!o.picture) return '';
  const source = `data:image/png;base64,${Buffer.from(o.picture).toString('base64')}`;
  const words = page.chart?.caption ?? page.title;
  return `<p><img src="${source}" width="1024" height="512" alt="Chart: ${e(words)}"></p>`;
}

const document = (title: string, body: string, foot?: string): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${e(title)} · Tomte</title><style>${style}</style></head>`,
    `<body><main><div class="card">${body}</div><footer>${foot ? `${e(foot)}, told by Tomte.` : 'Tomte'}</footer></main></body></html>`,
  ].join('');
