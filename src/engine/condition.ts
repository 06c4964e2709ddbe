export * from '@tomte/sdk/condition';
