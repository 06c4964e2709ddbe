/** The channels a home gets when it is linked: itself, and each phone with the companion app. */
import type { ChannelInput } from './channels.ts';

const phone = /^mobile_app_(.+)$/;

/** `actions` are the home's, as the Mirror has them: domain, then name. */
export function defaultChannels(
  actions: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Omit<ChannelInput, 'id' | 'home'>[] {
  const severities = ['now', 'today', 'digest'] as const;
  const phones = Object.keys(actions.notify ?? {}).flatMap((name) => {
    const found = phone.exec(name)?.[1];
    return found ? [{ name, label: found.replaceAll('_', ' ') }] : [];
  });
  return [
    {
      kind: 'persistent-notification',
      name: 'Home Assistant',
      enabled: true,
      severities: [...severities],
      settings: {},
    },
    ...phones.map(({ name, label }) => ({
      kind: 'companion-app',
      name: label.charAt(0).toUpperCase() + label.slice(1),
      enabled: true,
      severities: [...severities],
      settings: { action: `notify.${name}` },
    })),
  ];
}
