import type { Message } from '@tomte/sdk/define';

/** A message as programs read it: the same words in a webhook and over MQTT. */
export const messageJson = (message: Message, withPicture: boolean) => ({
  delivery: message.deliveryId,
  kind: message.kind,
  tag: message.tag,
  home: message.homeName,
  title: message.title,
  text: message.text,
  lines: message.lines,
  severity: message.severity,
  silent: message.silent,
  link: message.link,
  // Without the signed word of a press: a receiver of this message has nowhere to hand it back to.
  buttons: message.buttons.map(({ id, label, url }) => ({ id, label, url })),
  sentAt: new Date(message.sentAt).toISOString(),
  picture: withPicture && message.picture ? Buffer.from(message.picture).toString('base64') : null,
});
