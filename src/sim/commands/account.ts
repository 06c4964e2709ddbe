import type { Command } from '../commands.ts';
import { WireError } from '../wire-error.ts';

export const accountCommands: Record<string, Command> = {
  'auth/current_user': {
    run: ({ user }) => ({
      id: user.id,
      name: user.name,
      is_owner: user.owner,
      is_admin: user.admin,
      credentials: [{ auth_provider_type: 'homeassistant', auth_provider_id: null }],
      mfa_modules: [{ id: 'totp', name: 'Authenticator app', enabled: false }],
    }),
  },
  'auth/refresh_tokens': {
    run: ({ world, connection, user }) => world.auth.listed(user, connection.token!),
  },
  'auth/delete_refresh_token': {
    required: ['refresh_token_id'],
    run({ world, connection, message, user }) {
      const token = world.auth.tokens.get(String(message.refresh_token_id));
      if (!token || token.user !== user)
        throw new WireError('invalid_token_id', 'Received invalid token');
      world.auth.deleteToken(token.id);
      // Deleting the token one is logged in with closes the socket without a reply.
      return token === connection.token ? undefined : {};
    },
  },
  'auth/long_lived_access_token': {
    required: ['client_name', 'lifespan'],
    optional: ['client_icon'],
    run({ world, message, user }) {
      const clientName = String(message.client_name);
      for (const token of world.auth.tokens.values()) {
        if (token.user === user && token.clientName === clientName)
          throw new WireError('unknown_error', 'Unknown error');
      }
      return world.auth.issue({ user, clientName, lifespanDays: Number(message.lifespan) });
    },
  },
};
