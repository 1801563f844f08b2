using VideoGrain.Denoiser;

await DenoiserHost.Build(args).RunAsync();
