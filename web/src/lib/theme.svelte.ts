/** Light or dark: as the system says, unless this browser was told otherwise. */
import { keep, kept } from './kept.ts';

export type Look = 'system' | 'light' | 'dark';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

export const theme = $state<{ look: Look; current: 'light' | 'dark' }>({
  look: 'system',
  current: 'light',
});

function apply(): void {
  const system = dark.matches ? 'dark' : 'light';
  theme.current = theme.look === 'system' ? system : theme.look;
  if (theme.look === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.look;
}

export function startTheme(): void {
  const look = kept('look');
  if (look === 'light' || look === 'dark') theme.look = look;
  apply();
  dark.addEventListener('change', apply);
}

export function setLook(look: Look): void {
  theme.look = look;
  keep('look', look);
  apply();
}
