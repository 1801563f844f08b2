using VideoGrain.Inversion;
using VideoGrain.ServiceDefaults.Hosting;

return await InversionHost.Build(args).RunToEndAsync();
