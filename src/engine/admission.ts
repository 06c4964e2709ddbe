export * from '@tomte/sdk/admission';
