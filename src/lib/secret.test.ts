import { expect, test } from 'vitest';
import { masked, Secret, scrub } from './secret.ts';

test('a secret in use is masked in any text, and prints itself nowhere', () => {
  const one = new Secret('opensesame-1');
  const two = new Secret('opensesame-1');
  expect(scrub('token opensesame-1, opensesame-1')).toBe(`token ${masked}, ${masked}`);
  expect(`${one}${JSON.stringify({ two })}`).not.toContain('opensesame');
});
