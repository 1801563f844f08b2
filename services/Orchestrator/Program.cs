using VideoGrain.Orchestrator;
using VideoGrain.ServiceDefaults.Hosting;

return await OrchestratorHost.Build(args).RunToEndAsync();
