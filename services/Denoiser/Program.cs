using VideoGrain.Denoiser;
using VideoGrain.ServiceDefaults.Hosting;

return await DenoiserHost.Build(args).RunToEndAsync();
