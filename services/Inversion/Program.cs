using VideoGrain.Inversion;

await InversionHost.Build(args).RunAsync();
