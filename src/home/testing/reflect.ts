/**
 * The certificate library wires itself up with metadata on classes, and refuses to load without
 * somewhere to keep it. This is all of the `Reflect` extension that it uses. Must be imported first.
 */
const kept = new WeakMap<object, Map<unknown, unknown>>();

const ofTarget = (target: object) => {
  const map = kept.get(target) ?? new Map<unknown, unknown>();
  kept.set(target, map);
  return map;
};

Object.assign(Reflect, {
  getMetadata: (key: unknown, target: object) => ofTarget(target).get(key),
  getOwnMetadata: (key: unknown, target: object) => ofTarget(target).get(key),
  hasOwnMetadata: (key: unknown, target: object) => ofTarget(target).has(key),
  defineMetadata: (key: unknown, value: unknown, target: object) => {
    ofTarget(target).set(key, value);
  },
});
