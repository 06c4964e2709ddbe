import type { Message } from '@tomte/sdk/define';

/** Text for HTML: names from the home may hold anything. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Complete without the picture. */
export function mailText(message: Message): string {
  const parts = [message.text];
  if (message.lines.length > 0) parts.push(message.lines.map((line) => `- ${line}`).join('\n'));
  const links = message.buttons.flatMap(({ label, url }) => (url ? [`${label}: ${url}`] : []));
  if (message.link) links.push(`The whole alert: ${message.link}`);
  if (links.length > 0) parts.push(links.join('\n'));
  parts.push(`${message.homeName}, told by Tomte.`);
  return `${parts.join('\n\n')}\n`;
}

const styles = {
  body: 'margin:0;padding:24px 16px;background:#f6f7f5;color:#17211d;font:16px/24px sans-serif',
  card: 'max-width:560px;margin:0 auto;background:#fff;border:1px solid #d5dad6;border-radius:10px;padding:24px',
  title: 'margin:0 0 12px;font-size:20px;line-height:28px;font-weight:600',
  lines: 'margin:16px 0 0;padding-left:20px;color:#4c5952',
  chart: 'display:block;width:100%;height:auto;margin:16px 0 0',
  first: 'background:#1f5e54;color:#fff',
  other: 'border:1px solid #7a857f;color:#17211d',
  button:
    'display:inline-block;margin:16px 8px 0 0;padding:10px 18px;border-radius:6px;text-decoration:none',
  foot: 'margin:24px 0 0;color:#616d66;font-size:13px;line-height:18px',
} as const;

/** Same words as the text, with the chart in place (`cid:chart`) when there is one. */
export function mailHtml(message: Message): string {
  const e = escapeHtml;
  const lines = message.lines.map((line) => `<li>${e(line)}</li>`).join('');
  const buttons = message.buttons
    .flatMap(({ label, url }) => (url ? [{ label, url }] : []))
    .map(({ label, url }, index) => {
      const look = index === 0 ? styles.first : styles.other;
      return `<a href="${e(url)}" style="${styles.button};${look}">${e(label)}</a>`;
    })
    .join('');
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${e(message.title)}</title></head><body style="${styles.body}">`,
    `<div style="${styles.card}"><h1 style="${styles.title}">${e(message.title)}</h1>`,
    `<p style="margin:0">${e(message.text)}</p>`,
    lines ? `<ul style="${styles.lines}">${lines}</ul>` : '',
    message.picture
      ? `<img src="cid:chart" width="512" height="256" alt="Chart: ${e(message.title)}" style="${styles.chart}">`
      : '',
    buttons,
    message.link
      ? `<p style="margin:16px 0 0"><a href="${e(message.link)}" style="color:#1a5a78">The whole alert</a></p>`
      : '',
    `<p style="${styles.foot}">${e(message.homeName)}, told by Tomte.</p></div></body></html>`,
  ].join('');
}
