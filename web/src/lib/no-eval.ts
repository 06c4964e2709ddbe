/** First import of the app: zod compiles parsers with `new Function`, which the content policy refuses. */
import { config } from 'zod';

config({ jitless: true });
