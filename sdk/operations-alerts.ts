/** What can be asked of alerts, and of who is told. */
import { z } from 'zod';
import { op } from './operation.ts';
import * as t from './types.ts';
import * as p from './types-people.ts';

const none = z.strictObject({});
const home = z.string().max(200);
const id = z.string().max(200);

export const alertOperations = {
  listAlerts: op(
    'GET',
    'alerts',
    z.strictObject({
      state: t.alertState.optional(),
      home: home.optional(),
      /** Those that this alert explains, which nobody was told of. */
      parent: id.optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.array(t.alert),
    'Alerts that people were told of, newest first; with parent, those that one explains.',
  ),
  getAlert: op(
    'GET',
    'alerts/:id',
    z.strictObject({ id }),
    t.alertPage,
    'One alert with facts and chart.',
  ),
  acknowledgeAlert: op(
    'POST',
    'alerts/:id/acknowledge',
    z.strictObject({ id, by: z.string().max(80).optional() }),
    t.alertPage,
    'Somebody saw it.',
  ),
  quietAlert: op(
    'POST',
    'alerts/:id/quiet',
    z.strictObject({ id, until: z.string() }),
    t.alertPage,
    'Quiet until a time.',
  ),
  pressAlert: op(
    'POST',
    'alerts/:id/press',
    z.strictObject({ id, by: z.string().max(80).optional() }),
    p.pressed,
    'Press the button of an alert that switches something: done if it may be, else your yes is asked for.',
  ),

  listPersons: op('GET', 'persons', none, z.array(p.person), 'Who is told, in their order.'),
  savePerson: op(
    'POST',
    'persons',
    z.strictObject({
      id: id.optional(),
      name: z.string().trim().min(1).max(80),
      entity: z
        .string()
        .regex(/^(person|device_tracker)\.[a-z0-9_]+$/)
        .nullable()
        .optional(),
      channels: z.array(id).max(20).optional(),
      quiet: p.clockSpan.nullable().optional(),
      maySayYes: z.boolean().optional(),
      position: z.number().int().min(0).max(1000).optional(),
    }),
    p.person,
    'Add a person, or change what is given of one.',
  ),
  removePerson: op(
    'DELETE',
    'persons/:id',
    z.strictObject({ id }),
    z.object({ removed: z.string() }),
    'Remove a person; their channels stay, and are told as before.',
  ),
  listRoutes: op(
    'GET',
    'routes',
    none,
    z.array(p.route),
    'Who is told of what; the first route that fits is taken, without one everybody is told.',
  ),
  saveRoute: op(
    'POST',
    'routes',
    p.route
      .partial()
      .extend({ name: z.string().trim().min(1).max(80) })
      .strict(),
    p.route,
    'Add a route, or change what is given of one.',
  ),
  removeRoute: op(
    'DELETE',
    'routes/:id',
    z.strictObject({ id }),
    z.object({ removed: z.string() }),
    'Remove a route.',
  ),
  previewRoute: op(
    'GET',
    'homes/:home/told',
    z.strictObject({
      home,
      severity: t.severity,
      area: z.string().max(200).optional(),
      /** ISO 8601; now when left out. */
      at: z.iso.datetime({ offset: true }).optional(),
    }),
    p.routePreview,
    'Who would be told of an alert, when, and through what.',
  ),
} as const;
