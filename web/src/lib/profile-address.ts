/**
 * The page of a Home Assistant where a long-lived token is made, from what stands in the form.
 * Null while the text is no address yet. Only http and https ever come out.
 */
export function profileAddress(address: string, port: string): string | null {
  const text = address.trim();
  if (!text || /\s/.test(text)) return null;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme && scheme !== 'http' && scheme !== 'https') return null;
  const url = URL.parse(scheme ? text : `http://${bracketed(text)}`);
  if (!url?.hostname) return null;
  if (!scheme && url.hostname.endsWith('.ui.nabu.casa')) url.protocol = 'https:';
  if (/^\d{1,5}$/.test(port.trim())) url.port = port.trim();
  else if (!scheme && !url.port && url.protocol === 'http:') url.port = '8123';
  return `${url.protocol}//${url.host}/profile/security`;
}

const bracketed = (text: string): string =>
  /^[0-9a-f:]+$/i.test(text) && text.split(':').length > 2 ? `[${text}]` : text;
