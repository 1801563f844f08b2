using VideoGrain.Orchestrator;

await OrchestratorHost.Build(args).RunAsync();
