using VideoGrain.Orchestrator.Benchmarks;

// queue [sqlite|postgres] [jobs]      latencies of submit and claim with so many jobs in the queue
// watchers [sqlite|postgres] [count]  memory of a process that so many callers watch
// serve ARGUMENTS...                  the orchestrator of the watchers, in a process of its own
switch (args)
{
    case ["queue", .. var rest]:
        await BenchmarkSetup.WithDatabaseAsync(rest.ElementAtOrDefault(0), settings => QueueBenchmark.RunAsync(settings, BenchmarkSetup.Count(rest.ElementAtOrDefault(1), 10_000)));
        return 0;
    case ["watchers", .. var rest]:
        await BenchmarkSetup.WithDatabaseAsync(rest.ElementAtOrDefault(0), settings => WatchersBenchmark.RunAsync(settings, BenchmarkSetup.Count(rest.ElementAtOrDefault(1), 1000)));
        return 0;
    case ["serve", .. var rest]:
        await WatchersBenchmark.ServeAsync(rest);
        return 0;
    default:
        Console.Error.WriteLine("queue [sqlite|postgres] [jobs] | watchers [sqlite|postgres] [count]");
        return 2;
}
