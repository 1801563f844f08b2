using VideoGrain.Cli;

return await new App(Console.Out, Console.Error, !Console.IsErrorRedirected && !Console.IsOutputRedirected, TimeProvider.System).RunAsync(args);
